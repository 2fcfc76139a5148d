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
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
)

var board = commands.Board{
	Channel: "C0MODS000", Provider: "sim", Room: "standup", RoomID: "RM_1",
	Actor: moderation.Actor{Kind: moderation.SlackUser, ID: "U0OWNER00"}, At: noon,
}

func TestBoardsAreDrawn(t *testing.T) {
	r := newRenderer()
	s := sample{name: nasty}
	hostile := board
	hostile.Room = nasty
	for _, state := range []commands.BoardState{commands.BoardLive, commands.BoardEnded, commands.BoardDown, commands.BoardForbidden, commands.BoardStopped} {
		m := asMessage(r.BoardMessage(hostile, s.roomPage(20), state, noon))
		inLimits(t, m)
		golden(t, "board_"+string(state), m)
	}
}

// watched is a room whose board is kept.
type watched struct {
	mu    sync.Mutex
	view  commands.RoomPage
	state commands.BoardState
	looks int
}

func (w *watched) LookAtBoard(_ context.Context, b commands.Board) (commands.RoomPage, commands.BoardState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
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
	m.Timestamp = fmt.Sprintf("17.%d", w.posts)
	w.stands = append(w.stands, m)
	if w.lost > 0 {
		w.lost--
		return "", "", errors.New("the connection is gone")
	}
	return channel, m.Timestamp, nil
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

func TestABoardShowsItsRoomAndSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		if all := k.wall.all(); len(all) != 1 || !strings.Contains(all[0].text, "Ada") {
			t.Fatalf("the board shows %+v", all)
		}
		later(10 * time.Minute)
		if all := k.wall.all(); len(all) != 1 {
			t.Fatalf("a quiet room made %d updates", len(all)-1)
		}
		k.stop()
		k.room.set("Grace", commands.BoardLive)
		k.start()
		later(time.Second)
		all := k.wall.all()
		if k.wall.posted() != 1 || !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Fatalf("after a restart there were %d posts, and it shows %.80q", k.wall.posted(), all[len(all)-1].text)
		}
	})
}

// A post of which no answer came, or whose place the store lost, is found again.
func TestABoardIsPostedOnce(t *testing.T) {
	for name, blind := range map[string]bool{"with the scope": false, "without it": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keep(t)
				defer k.close()
				k.wall.mu.Lock()
				k.wall.lost, k.wall.blind = 1, blind
				k.wall.mu.Unlock()
				later(time.Minute)
				want := 1
				if blind {
					want = 2 // it cannot be seen, and a board that is not there is worse
				}
				if n := k.wall.posted(); n != want {
					t.Errorf("after a lost answer there were %d posts", n)
				}

				k.stop() // the program ends between the post and its place in the store
				b, _ := k.stored()
				b.PostedIn, b.PostedAs, b.Uncertain = "", "", true
				k.put(b)
				k.start()
				k.room.set("Grace", commands.BoardLive)
				later(time.Minute)
				if blind {
					want++
				}
				all := k.wall.all()
				if n := k.wall.posted(); n != want || !strings.Contains(all[len(all)-1].text, "Grace") {
					t.Errorf("after a crash there were %d posts, and it shows %.80q", n, all[len(all)-1].text)
				}
				if b, _ := k.stored(); b.PostedAs == "" || b.Uncertain {
					t.Errorf("its place is not kept: %+v", b)
				}

				again := board // another board of the room has a message of its own
				again.At = again.At.Add(time.Hour)
				k.stop()
				k.put(again)
				k.start()
				later(time.Minute)
				if n := k.wall.posted(); n != want+1 {
					t.Errorf("with a new board there were %d posts", n)
				}
			})
		})
	}
}

func TestABoardMergesWhatComesFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		before := len(k.wall.all())
		for i := range 500 { // 50 a second for 10 s
			k.room.set(fmt.Sprintf("Guest %d", i), commands.BoardLive)
			k.b.Hint("sim", "RM_1")
			later(20 * time.Millisecond)
		}
		later(3 * time.Second)
		all := k.wall.all()
		for i := 1; i < len(all); i++ {
			if gap := all[i].at.Sub(all[i-1].at); gap < 2*time.Second {
				t.Errorf("two updates are %v apart", gap)
			}
		}
		if updates := len(all) - before; updates > 7 {
			t.Errorf("%d updates in 13 s", updates)
		}
		if !strings.Contains(all[len(all)-1].text, "Guest 499") {
			t.Errorf("the last state is not shown: %.200q", all[len(all)-1].text)
		}
	})
}

func TestAHintIsShownSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.room.set("Grace", commands.BoardLive)
		k.b.Hint("sim", "standup")
		synctest.Wait()
		if all := k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("a hint was not followed at once")
		}
	})
}

func TestABoardIsRefreshedWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.b.Refresh("sim:RM_1")
		synctest.Wait()
		if all := k.wall.all(); len(all) != 2 {
			t.Errorf("the board was drawn %d times", len(all))
		}
	})
}

func TestANewBoardIsFoundByItsHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		other := board
		other.Channel = "C0OTHER00"
		k.put(other)
		k.b.Hint("sim", "RM_1")
		synctest.Wait()
		if k.wall.posted() != 2 {
			t.Errorf("%d boards were posted", k.wall.posted())
		}
	})
}

func TestBoardsEndWithAWord(t *testing.T) {
	for name, c := range map[string]struct {
		state commands.BoardState
		says  string
	}{
		"stopped":   {commands.BoardStopped, "was stopped"},
		"forbidden": {commands.BoardForbidden, "may no longer watch"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keep(t)
				defer k.close()
				later(3 * time.Second)
				k.room.set("", c.state)
				later(10 * time.Second)
				all := k.wall.all()
				if _, there := k.stored(); there || !strings.Contains(all[len(all)-1].text, c.says) {
					t.Errorf("the board is there: %v; it says %.200q", there, all[len(all)-1].text)
				}
				looks := k.room.looked()
				later(time.Minute)
				if k.room.looked() != looks {
					t.Error("it is still looked at")
				}
			})
		})
	}
}

func TestARoomThatEndsMayBeginAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.room.set("", commands.BoardEnded)
		later(10 * time.Second)
		all := k.wall.all()
		if !strings.Contains(all[len(all)-1].text, "has ended") {
			t.Fatalf("it says %.200q", all[len(all)-1].text)
		}
		k.room.set("Grace", commands.BoardLive)
		later(40 * time.Second)
		if all = k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("the board did not go on")
		}
		k.room.set("", commands.BoardEnded)
		later(25 * time.Hour)
		if _, there := k.stored(); there {
			t.Error("the board of a room that is long over is kept")
		}
	})
}

func TestABoardWhoseMessageIsGoneIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.wall.fail(slack.SlackErrorResponse{Err: "message_not_found"})
		k.room.set("Grace", commands.BoardLive)
		later(10 * time.Second)
		if _, there := k.stored(); there {
			t.Error("the board is still there")
		}
	})
}

func TestABoardWaitsAsLongAsSlackAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.wall.fail(&slack.RateLimitedError{RetryAfter: 20 * time.Second})
		k.room.set("Grace", commands.BoardLive)
		later(6 * time.Second)
		looks := k.room.looked()
		k.wall.fail(nil)
		later(10 * time.Second)
		if k.room.looked() != looks {
			t.Error("it was tried before its time")
		}
		later(15 * time.Second)
		if all := k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("the change was lost")
		}
	})
}
