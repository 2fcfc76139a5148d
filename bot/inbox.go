package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

const (
	// tooOld is the age from which on accepted work is answered "not run".
	tooOld = 30 * time.Second
	// remembers is how long a finished envelope's key is known.
	remembers = 24 * time.Hour
	// suggestWithin is how long typeahead may take.
	suggestWithin = 2 * time.Second
)

// take is the socket's handler: it reads an envelope, takes its place in its
// lane, and leaves the disk and the ack to the function that it returns.
func (b *Bot) take(ctx context.Context, e socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
	if e.Fault != nil {
		b.metrics.envelopes.WithLabelValues("unreadable").Inc()
		b.Log.Warn("an envelope cannot be read", "type", e.Type, "bytes", len(e.Payload))
		return socket.Ack{}, nil
	}
	switch kind := kindOf(e.Type, e.Payload); kind {
	case "block_suggestion":
		return socket.Ack{}, func(ctx context.Context) socket.Ack {
			ctx, cancel := context.WithTimeout(ctx, suggestWithin)
			defer cancel()
			return socket.Ack{Payload: b.renderer.suggest(ctx, e.Payload)}
		}
	case "view_closed":
		return socket.Ack{}, nil
	case "event_callback":
		return b.takeEvent(ctx, e)
	case slashKind, pressKind, submissionKind:
		return b.takeWork(ctx, e, kind)
	default:
		b.metrics.envelopes.WithLabelValues("unknown").Inc()
		b.Log.Warn("an envelope of a kind that is not handled", "type", e.Type)
		return socket.Ack{Then: func(error) { b.sayByURL(ctx, e.Payload, "slack.not_understood") }}, nil
	}
}

// kindOf tells what an envelope holds: the payload's own type where it has one.
func kindOf(envelopeType string, payload []byte) string {
	if envelopeType == "slash_commands" {
		return slashKind
	}
	var p struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return ""
	}
	switch {
	case envelopeType == "events_api" && p.Type == "event_callback", envelopeType == "interactive":
		return p.Type
	default:
		return ""
	}
}

// takeWork is take for what may act.
func (b *Bot) takeWork(ctx context.Context, e socket.Envelope, kind string) (socket.Ack, func(context.Context) socket.Ack) {
	if e.Closing {
		b.metrics.envelopes.WithLabelValues("closing").Inc()
		return b.refusal(ctx, e, kind, "slack.restarting"), nil
	}
	j, err := b.read(kind, e.Payload, e.At)
	if err != nil {
		b.metrics.envelopes.WithLabelValues("unreadable").Inc()
		b.Log.Warn("a payload cannot be read", "kind", kind, "error", err)
		return b.refusal(ctx, e, kind, "slack.not_understood"), nil
	}
	if j.ack != nil && !j.keep {
		return *j.ack, nil
	}
	place, ok := b.lanes.take(j.lane)
	if !ok {
		b.metrics.envelopes.WithLabelValues("busy").Inc()
		return b.refusal(ctx, e, kind, "error.busy"), nil
	}
	if !j.keep {
		b.metrics.envelopes.WithLabelValues("taken").Inc()
		place.fill(func() { b.do(ctx, j) })
		return j.acknowledgement(), nil
	}
	return socket.Ack{}, func(within context.Context) socket.Ack {
		fresh, err := b.keep(within, j, e)
		switch {
		case err != nil:
			place.leave()
			b.metrics.envelopes.WithLabelValues("not_kept").Inc()
			b.Log.Error("an envelope could not be written down; nothing is done", "kind", kind, "error", err)
			b.aside(ctx, func(ctx context.Context) { b.forget(ctx, j.key) })
			return b.refusal(ctx, e, kind, "slack.not_kept")
		case !fresh:
			place.leave()
			b.metrics.envelopes.WithLabelValues("known").Inc()
			return j.acknowledgement()
		}
		b.metrics.envelopes.WithLabelValues("taken").Inc()
		waits := b.waits(ctx, j)
		place.fill(func() { b.do(ctx, waits.begin(j)) })
		return j.acknowledgement()
	}
}

// keep makes the envelope durable and reports whether it is new.
func (b *Bot) keep(ctx context.Context, j job, e socket.Envelope) (fresh bool, err error) {
	ctx, cancel := context.WithDeadline(ctx, e.At.Add(b.within.keep))
	defer cancel()
	err = b.Store.Update(ctx, func(tx store.Tx) error {
		var err error
		fresh, err = tx.AcceptEnvelope(store.Envelope{Key: j.key, Type: e.Type, Payload: e.Payload, AcceptedAt: e.At})
		return err
	})
	return fresh, err
}

// forget finishes an envelope that may have become durable after its sender
// was told that nothing was done.
func (b *Bot) forget(ctx context.Context, key string) {
	err := b.Store.Update(ctx, func(tx store.Tx) error {
		if err := tx.FinishEnvelope(key); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	})
	if err != nil {
		b.Log.Error("an envelope that was refused may stand in the store as accepted", "key", key, "error", err)
	}
}

// refusal is the ack that says why nothing was done. Where Slack takes no
// message with the ack, it is said by the response URL.
func (b *Bot) refusal(ctx context.Context, e socket.Envelope, kind, key string) socket.Ack {
	switch {
	case kind == slashKind && e.AcceptsResponse:
		return socket.Ack{Payload: responseMessage{ResponseType: "ephemeral", Text: b.renderer.say(key)}}
	case kind == submissionKind && e.AcceptsResponse:
		says := commands.Notice{Tone: commands.Failure, Says: []moderation.Sentence{moderation.Say(key)}}
		return socket.Ack{Payload: updateView(b.renderer.resultView(says, press{}))}
	default:
		return socket.Ack{Then: func(error) { b.sayByURL(ctx, e.Payload, key) }}
	}
}

// sayByURL says one sentence by an envelope's response URL, if it has one, soon.
func (b *Bot) sayByURL(ctx context.Context, payload []byte, key string) {
	var p struct {
		ResponseURL string `json:"response_url"`
	}
	if json.Unmarshal(payload, &p) != nil || p.ResponseURL == "" {
		return
	}
	b.aside(ctx, func(ctx context.Context) {
		err := b.respond(ctx, p.ResponseURL, responseMessage{ResponseType: "ephemeral", Text: b.renderer.say(key)})
		if err != nil {
			b.Log.Warn("an answer could not be delivered", "error", err)
		}
	})
}

// takeEvent acknowledges an event and follows it. Events change nothing that
// could not be read again, so they are not kept; one that we have no room for
// is left without an ack, and Slack sends it again.
func (b *Bot) takeEvent(ctx context.Context, e socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
	ev, err := readEvent(e.Payload)
	if err != nil {
		b.metrics.envelopes.WithLabelValues("unreadable").Inc()
		return socket.Ack{}, nil
	}
	b.directory.heard(ev)
	if ev.Type != "app_home_opened" || b.home == nil {
		return socket.Ack{}, nil
	}
	place, ok := b.lanes.take("home/" + ev.userID())
	if !ok {
		return socket.Ack{Withhold: true}, nil
	}
	place.fill(func() { b.showHome(ctx, ev.userID()) })
	return socket.Ack{}, nil
}

// recover takes up what an earlier run accepted and did not finish.
func (b *Bot) recover(ctx context.Context) error {
	var pending []store.Envelope
	err := b.Store.View(ctx, func(tx store.Tx) error {
		var err error
		pending, err = tx.PendingEnvelopes(1 << 20)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range pending {
		j, err := b.read(kindOf(e.Type, e.Payload), e.Payload, e.AcceptedAt)
		if err != nil {
			b.Log.Error("a kept envelope cannot be read; it is dropped", "key", e.Key, "error", err)
			b.finished.add(e.Key)
			continue
		}
		b.lanes.force(j.lane).fill(func() { b.do(ctx, j) })
	}
	if len(pending) > 0 {
		b.Log.Info("taking up what was accepted before the last end", "envelopes", len(pending))
	}
	return nil
}

// prune forgets old keys, a few at a time.
func (b *Bot) prune(ctx context.Context) {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		const some = 1000
		n := some
		for n == some && ctx.Err() == nil {
			err := b.Store.Update(ctx, func(tx store.Tx) error {
				var err error
				n, err = tx.PruneEnvelopes(time.Now().Add(-remembers), some)
				return err
			})
			if err != nil {
				n = 0
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
