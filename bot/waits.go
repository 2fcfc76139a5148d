package bot

import (
	"context"
	"time"
)

// waits says "working…" to someone who typed a command whose turn does not come
// soon: another's work in the same room may take long.
type waits struct {
	timer *time.Timer
	done  chan struct{} // closed once it is said, or could not be
	said  bool
}

// waits begins the wait of a job for its turn; nil where nothing is to be said.
func (b *Bot) waits(ctx context.Context, j job) *waits {
	if j.kind != slashKind || j.reply.url == "" {
		return nil
	}
	w := &waits{done: make(chan struct{})}
	w.timer = time.AfterFunc(patience, func() {
		defer close(w.done)
		if ctx.Err() == nil {
			w.said = b.respond(ctx, j.reply.url, b.working()) == nil
		}
	})
	return w
}

// begin ends the wait: it is the job's turn. The job comes back with what was
// said meanwhile.
func (w *waits) begin(j job) job {
	if w == nil || w.timer.Stop() {
		return j
	}
	<-w.done
	j.reply.used++
	j.reply.waited = w.said
	return j
}

// working is the notice that work goes on.
func (b *Bot) working() responseMessage {
	return responseMessage{ResponseType: "ephemeral", Text: b.renderer.say("bot.working")}
}
