package bot

import (
	"context"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// serviceBoards asks the Service, which is there by the time that boards run.
type serviceBoards struct{ b *Bot }

func (s serviceBoards) LookAtBoard(ctx context.Context, board commands.Board) (commands.RoomPage, commands.BoardState) {
	return s.b.Service.LookAtBoard(ctx, board)
}

// Hint says that a room has perhaps changed: boards that show it are looked at
// soon. It never blocks.
func (b *Bot) Hint(providerName, room string) { b.boards.Hint(providerName, room) }

// changed hints boards at what an invocation has done, and the outbox at the
// case whose message was pressed.
func (b *Bot) changed(in commands.Invocation, a commands.Answer) {
	if number, err := strconv.ParseUint(strings.TrimPrefix(in.Args[commands.ArgCase], "#"), 10, 64); err == nil {
		b.outbox.hurry(number)
	}
	if done, ok := a.(commands.CaseAnswer); ok {
		b.boards.Hint(done.Case.Provider, done.Case.RoomID)
		return
	}
	if in.Command == "watch" || in.Command == "unwatch" {
		b.boards.Hint("", "")
	}
}

// publishHome draws someone's App Home as it is now.
func (b *Bot) publishHome(ctx context.Context, user string) error {
	who := commands.Caller{Actor: moderation.Actor{Kind: moderation.SlackUser, ID: user}}
	view := b.renderer.home(b.Service.Home(ctx, who))
	_, err := b.api.background.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
	return err
}
