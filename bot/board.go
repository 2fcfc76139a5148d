package bot

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/store"
)

const (
	boardPoll  = 5 * time.Second  // how often a watched room is looked at
	boardRest  = 30 * time.Second // and one that has ended, which may begin again
	boardQuiet = 2 * time.Second  // at most one look, so at most one update, in so long
	boardLook  = 8 * time.Second  // what a look may take
	// boardEnded is how long a board waits for its room to begin again.
	boardEnded = 24 * time.Hour
)

// Slack takes some 50 updates a minute of all of an app's messages together.
const (
	boardUpdatesPerSecond = 0.7
	boardUpdatesBurst     = 10
)

// boardSource is what boards ask of the Service.
type boardSource interface {
	// LookAtBoard reads the board's room as whoever set it up may see it.
	LookAtBoard(ctx context.Context, b commands.Board) (commands.RoomPage, commands.BoardState)
}

// poster is what boards ask of Slack.
type poster interface {
	PostMessageContext(ctx context.Context, channel string, options ...slack.MsgOption) (string, string, error)
	UpdateMessageContext(ctx context.Context, channel, timestamp string, options ...slack.MsgOption) (string, string, string, error)
	history
}

// boards keeps every board current: a message in a channel that shows a room.
// It is safe for concurrent use.
type boards struct {
	store  store.Store
	source boardSource
	slack  poster
	draw   *renderer
	log    *slog.Logger
	limit  *rate.Limiter

	mu      sync.Mutex
	running map[string]*watch // by Board.Key
	ended   bool              // a watch has, and its board may have been set up anew meanwhile
	changed chan struct{}
}

// watch is one board being kept.
type watch struct {
	key      string
	provider string
	room     string         // provider:ROOMID
	rooms    [2]string      // the id and the name under which hints come
	board    commands.Board // as last read; the watch's own
	nudged   chan struct{}
	forced   atomic.Bool       // to be drawn anew in any case
	seen     [sha256.Size]byte // of what the message shows
	shown    bool              // seen is set
	ended    time.Time
}

func newBoards(st store.Store, source boardSource, api poster, draw *renderer, log *slog.Logger) *boards {
	return &boards{
		store: st, source: source, slack: api, draw: draw, log: log,
		limit:   rate.NewLimiter(boardUpdatesPerSecond, boardUpdatesBurst),
		running: make(map[string]*watch), changed: make(chan struct{}, 1),
	}
}

// Run keeps boards current until ctx ends, and returns once nothing of it runs.
func (b *boards) Run(ctx context.Context) error {
	var watching sync.WaitGroup
	defer watching.Wait()
	var known uint64
	fresh := false // whether known is of a reading that is still good
	for {
		if b.someEnded() {
			fresh = false
		}
		revision, all, err := b.load(ctx, known, fresh)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			b.log.Error("boards could not be read", "error", err)
		default:
			known, fresh = revision, true
		}
		for _, board := range all {
			if w := b.start(board); w != nil {
				watching.Go(func() { b.keep(ctx, w) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.changed:
		case <-time.After(boardPoll):
		}
	}
}

// someEnded reports whether a watch has ended since it was last asked.
func (b *boards) someEnded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	some := b.ended
	b.ended = false
	return some
}

// load reads the boards, where what is known is still good only if they changed
// since that revision.
func (b *boards) load(ctx context.Context, known uint64, fresh bool) (revision uint64, all []commands.Board, err error) {
	err = b.store.View(ctx, func(tx store.Tx) (err error) {
		all = nil
		if revision, err = commands.Boards.Revision(tx); err != nil || fresh && revision == known {
			return err
		}
		all, err = commands.Boards.All(tx, "")
		return err
	})
	return revision, all, err
}

// start registers a board that is not yet kept.
func (b *boards) start(board commands.Board) *watch {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.running[board.Key()]; w != nil {
		if board.Closed {
			w.nudge()
		}
		return nil
	}
	w := &watch{
		key: board.Key(), board: board, nudged: make(chan struct{}, 1),
		provider: board.Provider, room: board.Provider + ":" + board.RoomID, rooms: [2]string{board.RoomID, board.Room},
	}
	b.running[w.key] = w
	return w
}

// Hint says that a room has perhaps changed: its boards are looked at soon, and
// boards that are new are found at once.
func (b *boards) Hint(providerName, room string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.running {
		if w.provider == providerName && slices.Contains(w.rooms[:], room) {
			w.nudge()
		}
	}
	nudge(b.changed)
}

// Refresh draws the boards of a room, provider:ROOMID, anew even where nothing
// has changed, so that they say as of when they are.
func (b *boards) Refresh(room string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.running {
		if w.room == room {
			w.forced.Store(true)
			w.nudge()
		}
	}
}

func (w *watch) nudge() { nudge(w.nudged) }

// keep looks at one board until it is over or ctx ends.
func (b *boards) keep(ctx context.Context, w *watch) {
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.running, w.key)
		b.ended = true
		nudge(b.changed)
	}()
	for {
		looked := time.Now()
		pause, over := b.attempt(ctx, w)
		if over || ctx.Err() != nil {
			return
		}
		if !wait(ctx, pause, w.nudged) || !wait(ctx, boardQuiet-time.Since(looked), nil) {
			return
		}
	}
}

// attempt is look; a panic in it is a look that failed.
func (b *boards) attempt(ctx context.Context, w *watch) (pause time.Duration, over bool) {
	defer func() {
		if what := recover(); what != nil {
			b.log.Error("a board panicked", "board", w.key, "panic", what, "stack", string(debug.Stack()))
			pause, over = boardRest, false
		}
	}()
	return b.look(ctx, w)
}

// wait sleeps for d or until early is written to; false where ctx ended.
func wait(ctx context.Context, d time.Duration, early <-chan struct{}) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-early:
	case <-t.C:
	}
	return true
}

// look brings one board up to date and says when to look again, or that the
// board is over.
func (b *boards) look(ctx context.Context, w *watch) (pause time.Duration, over bool) {
	board, there, err := b.current(ctx, w.key)
	switch {
	case err != nil:
		return boardPoll, false
	case !there:
		return 0, true
	}
	w.board = board
	reading, cancel := context.WithTimeout(ctx, boardLook)
	defer cancel()
	view, state := b.source.LookAtBoard(reading, board)
	if ctx.Err() != nil {
		return 0, false
	}
	if state == commands.BoardEnded && !board.Closed {
		if w.ended.IsZero() {
			w.ended = time.Now()
		}
	} else {
		w.ended = time.Time{}
	}
	last := state == commands.BoardStopped || state == commands.BoardForbidden ||
		!w.ended.IsZero() && time.Since(w.ended) > boardEnded
	if pause, shown := b.show(ctx, w, view, state); !shown {
		return pause, pause < 0
	}
	if last {
		return 0, b.forget(ctx, w.key)
	}
	if state == commands.BoardEnded {
		return boardRest, false
	}
	return boardPoll, false
}

// current reads the board as the store has it now.
func (b *boards) current(ctx context.Context, key string) (board commands.Board, there bool, err error) {
	err = b.store.View(ctx, func(tx store.Tx) (err error) {
		board, there, err = commands.Boards.Get(tx, key)
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Error("a board could not be read", "board", key, "error", err)
	}
	return board, there, err
}

// forget drops a board and reports whether that is done.
func (b *boards) forget(ctx context.Context, key string) bool {
	err := b.store.Update(ctx, func(tx store.Tx) error {
		_, err := commands.Boards.Delete(tx, key)
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Error("a board could not be dropped", "board", key, "error", err)
	}
	return err == nil
}

// show posts or updates the board's message where what it shows has changed.
// Where that fails, shown is false and pause is how long to wait; negative means
// that the board is over.
func (b *boards) show(ctx context.Context, w *watch, view commands.RoomPage, state commands.BoardState) (pause time.Duration, shown bool) {
	digest, err := digestOf(b.draw.boardMessage(w.board, view, state, time.Time{}))
	if err != nil {
		b.log.Error("a board could not be drawn", "board", w.key, "error", err)
		return boardPoll, false
	}
	if forced := w.forced.Swap(false); !forced && w.shown && digest == w.seen {
		return 0, true
	}
	if b.limit.Wait(ctx) != nil {
		return 0, false
	}
	m := b.draw.boardMessage(w.board, view, state, time.Now().UTC())
	if err := b.deliver(ctx, w, m); err != nil {
		return b.failed(ctx, w, err)
	}
	w.seen, w.shown = digest, true
	return 0, true
}

// failed decides what an error of Slack means for a board.
func (b *boards) failed(ctx context.Context, w *watch, err error) (pause time.Duration, shown bool) {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return max(limited.RetryAfter, boardQuiet), false
	}
	var said slack.SlackErrorResponse
	if errors.As(err, &said) {
		switch said.Err {
		case "message_not_found", "cant_update_message", "channel_not_found", "not_in_channel", "is_archived", "restricted_action":
			b.log.Warn("a board is given up: its message cannot be kept", "channel", w.board.Channel, "room", w.board.Room, "error", said.Err)
			if b.forget(ctx, w.key) {
				return -1, false
			}
			return boardRest, false
		}
	}
	if ctx.Err() == nil {
		b.log.Warn("a board could not be updated", "channel", w.board.Channel, "error", err)
	}
	return boardPoll, false
}

// digestOf tells messages apart by what they show.
func digestOf(m message) (digest [sha256.Size]byte, err error) {
	raw, err := json.Marshal(struct {
		Text   string
		Blocks []slack.Block
	}{m.Text, m.Blocks})
	return sha256.Sum256(raw), err
}
