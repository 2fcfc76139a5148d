package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
)

// watched is a room whose board is kept.
type watched struct {
	mu    sync.Mutex
	view  commands.RoomPage
	state commands.BoardState
	looks int
	trap  bool // a look panics
}

func (w *watched) breaks(trap bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trap = trap
}

func (w *watched) LookAtBoard(_ context.Context, b commands.Board) (commands.RoomPage, commands.BoardState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	if w.trap {
		panic("a fault of the program")
	}
	if b.Closed {
		return commands.RoomPage{}, commands.BoardStopped
	}
	view := w.view
	view.AsOf = time.Now()
	return view, w.state
}

func (w *watched) set(name string, state commands.BoardState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.view, w.state = sample{name: name}.roomPage(2), state
}

func (w *watched) looked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.looks
}

// wall is the channel that boards are posted in.
type wall struct {
	mu     sync.Mutex
	stands []slack.Message // what was posted, with its metadata
	lost   int             // so many posts stand, and their answers are lost
	blind  bool            // the scope to read is missing
	posts  int
	shown  []shown
	answer error
}

type shown struct {
	at   time.Time
	text string
}

func (w *wall) take(options []slack.MsgOption) error {
	if w.answer != nil {
		return w.answer
	}
	_, values, err := slack.UnsafeApplyMsgOptions("", "C0MODS000", "", options...)
	if err != nil {
		return err
	}
	w.shown = append(w.shown, shown{time.Now(), text(values)})
	return nil
}

func text(v url.Values) string { return v.Get("text") + v.Get("blocks") }

func (w *wall) PostMessageContext(_ context.Context, channel string, options ...slack.MsgOption) (string, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posts++
	if err := w.take(options); err != nil {
		return "", "", err
	}
	_, values, err := slack.UnsafeApplyMsgOptions("", channel, "", options...)
	if err != nil {
		return "", "", err
	}
	var m slack.Message
	if err := json.Unmarshal([]byte(values.Get("metadata")), &m.Metadata); err != nil {
		return "", "", err
	}
	m.Timestamp, m.BotID = fmt.Sprintf("17.%d", w.posts), "B0WARDEN0"
	w.stands = append(w.stands, m)
	if w.lost > 0 {
		w.lost--
		return "", "", errors.New("the connection is gone")
	}
	return channel, m.Timestamp, nil
}

func (w *wall) AuthTestContext(context.Context) (*slack.AuthTestResponse, error) {
	return &slack.AuthTestResponse{BotID: "B0WARDEN0", UserID: "U0WARDEN0"}, nil
}

func (w *wall) GetConversationHistoryContext(context.Context, *slack.GetConversationHistoryParameters) (*slack.GetConversationHistoryResponse, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.blind {
		return nil, slack.SlackErrorResponse{Err: "missing_scope"}
	}
	return &slack.GetConversationHistoryResponse{Messages: slices.Clone(w.stands)}, nil
}

func (w *wall) UpdateMessageContext(_ context.Context, channel, ts string, options ...slack.MsgOption) (string, string, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return channel, ts, "", w.take(options)
}

func (w *wall) all() []shown {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]shown(nil), w.shown...)
}

func (w *wall) posted() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.posts
}

func (w *wall) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = err
}

// keeping runs boards over a store with one board in it.
type keeping struct {
	t     *testing.T
	store store.Store
	room  *watched
	wall  *wall
	b     *bot.BoardsService
	stop  func()
}

func keep(t *testing.T) *keeping {
	t.Helper()
	st, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "roomwarden.db"))
	if err != nil {
		t.Fatal(err)
	}
	k := &keeping{t: t, store: st, room: &watched{}, wall: &wall{}}
	k.room.set("Ada", commands.BoardLive)
	k.put(board)
	k.start()
	return k
}

func (k *keeping) start() {
	ctx, cancel := context.WithCancel(k.t.Context())
	k.b = bot.NewBoards(k.store, k.room, k.wall, newRenderer(), slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- k.b.Run(ctx) }()
	k.stop = func() {
		k.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			k.t.Error(err)
		}
	}
}

func (k *keeping) put(b commands.Board) {
	k.t.Helper()
	err := k.store.Update(k.t.Context(), func(tx store.Tx) error { return commands.Boards.Put(tx, b.Key(), b) })
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeping) stored() (b commands.Board, there bool) {
	k.t.Helper()
	err := k.store.View(k.t.Context(), func(tx store.Tx) (err error) {
		b, there, err = commands.Boards.Get(tx, board.Key())
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return b, there
}

func (k *keeping) close() {
	k.t.Helper()
	k.stop()
	if err := k.store.Close(); err != nil {
		k.t.Error(err)
	}
}

// later lets the clock run and everything settle.
func later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
