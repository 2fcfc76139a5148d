package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// What a user is told when the app did not answer an envelope.
var (
	// ErrDispatchFailed is for an envelope that reached no connection, or whose
	// connection ended before the ack.
	ErrDispatchFailed = errors.New("dispatch_failed: the app did not respond")
	// ErrTimeout is for an ack that did not come in time.
	ErrTimeout = errors.New("operation_timeout: the app did not respond in time")
)

// envelope is something to deliver.
type envelope struct {
	Type    string
	Kind    string
	Accepts bool
	Payload map[string]any
	Retry   int    // of events
	Again   string // the first delivery of the same payload
	avoid   *Socket
}

// deliver sends an envelope to one of the connections and returns the payload
// of its ack.
func (s *Server) deliver(ctx context.Context, e envelope) (json.RawMessage, error) {
	s.mu.Lock()
	fault := s.envelopeFault(e)
	c := s.pick(e.avoid)
	if c == nil {
		s.mu.Unlock()
		return nil, ErrDispatchFailed
	}
	d := &Delivery{
		Envelope: s.id("E-"), Type: e.Type, Kind: e.Kind, Socket: c.Number,
		SentAt: s.Now(), socket: c, settled: make(chan struct{}),
	}
	s.ledger.Deliveries = append(s.ledger.Deliveries, d)
	s.mu.Unlock()

	frame := map[string]any{
		"envelope_id": d.Envelope, "type": e.Type, "payload": e.Payload, "accepts_response_payload": e.Accepts,
	}
	if e.Type == "events_api" {
		frame["retry_attempt"], frame["retry_reason"] = e.Retry, ""
		if e.Retry > 0 {
			frame["retry_reason"] = "timeout"
		}
	}
	if fault.LoseBefore {
		c.Cut()
	} else if err := c.write(ctx, mustJSON(frame)); err != nil {
		return nil, ErrDispatchFailed
	}
	if fault.CutBeforeAck {
		c.Cut()
	}
	payload, err := s.awaitAck(ctx, d)
	if fault.AckAfter != nil {
		select {
		case <-fault.AckAfter:
		case <-ctx.Done():
		}
	}
	if fault.CutAfterAck {
		c.Cut()
	}
	if fault.Redeliver {
		e.Again, e.avoid = d.Envelope, c
		if e.Type == "events_api" {
			e.Retry++
		}
		again, againErr := s.deliver(ctx, e)
		if err != nil {
			return again, againErr
		}
	}
	return payload, err
}

func (s *Server) awaitAck(ctx context.Context, d *Delivery) (json.RawMessage, error) {
	timer := time.NewTimer(s.AckWithin)
	defer timer.Stop()
	select {
	case <-d.settled:
	case <-timer.C:
		return nil, ErrTimeout
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-s.ctx.Done():
		return nil, ErrDispatchFailed
	case <-d.socket.gone:
		select {
		case <-d.settled:
		default:
			return nil, ErrDispatchFailed
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range d.Acks {
		if !a.Oversize {
			return a.Payload, nil
		}
	}
	return nil, ErrTimeout
}

// Event delivers an event of the Events API, again after the pauses of
// Options.EventRetries while nobody acks it.
func (s *Server) Event(ctx context.Context, event map[string]any) error {
	s.mu.Lock()
	id := s.id("Ev")
	team := s.state.TeamID
	s.mu.Unlock()
	e := envelope{Type: "events_api", Kind: text(event["type"]), Payload: map[string]any{
		"token": "stand-in", "team_id": team, "api_app_id": AppID, "type": "event_callback",
		"event_id": id, "event_time": s.Now().Unix(), "event": event,
		"authorizations": []any{map[string]any{"team_id": team, "user_id": BotUser, "is_bot": true}},
	}}
	_, err := s.deliver(ctx, e)
	for _, pause := range s.EventRetries {
		if err == nil {
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		e.Retry++
		_, err = s.deliver(ctx, e)
	}
	return err
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
