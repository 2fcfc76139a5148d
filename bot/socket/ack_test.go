package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"

	"github.com/roomwarden/roomwarden/bot/socket"
)

func TestAcks(t *testing.T) {
	slow := func(ctx context.Context) socket.Ack {
		<-ctx.Done() // a disk that never answers
		return socket.Ack{Payload: map[string]string{"text": "nothing was done"}}
	}
	tests := []struct {
		name, frame, want string
		handle            socket.Handler
		closes            bool
	}{
		{
			name: "with a payload", frame: `{"type":"slash_commands","envelope_id":"e1","accepts_response_payload":true,"payload":{}}`,
			want: `{"envelope_id":"e1","payload":{"text":"hi"}}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: map[string]string{"text": "hi"}}, nil
			},
		},
		{name: "unknown type", frame: `{"type":"surprise","envelope_id":"e1","payload":[1,2]}`, want: `{"envelope_id":"e1"}`},
		{
			name: "fields of other types", frame: `{"type":"interactive","envelope_id":"e1","retry_attempt":"x","payload":7}`, want: `{"envelope_id":"e1"}`,
			handle: func(e socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				if e.Fault != nil || string(e.Payload) != "7" {
					t.Errorf("fields of other types: %+v", e)
				}
				return socket.Ack{}, nil
			},
		},
		{
			name: "no payload taken", frame: `{"type":"slash_commands","envelope_id":"e1","payload":{}}`, want: `{"envelope_id":"e1"}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: "hi", Then: func(err error) {
					if !errors.Is(err, socket.ErrLeftOut) {
						t.Errorf("no payload taken: %v", err)
					}
				}}, nil
			},
		},
		{name: "no JSON", frame: `{"type":"interactive","envelope_id":"e1","payload":{{{`, want: `{"envelope_id":"e1"}`},
		{
			name: "too large", frame: `{"type":"slash_commands","envelope_id":"e1","accepts_response_payload":true}`, want: `{"envelope_id":"e1"}`,
			handle: func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{Payload: strings.Repeat("x", socket.MaxAck), Then: func(err error) {
					if !errors.Is(err, socket.ErrLeftOut) {
						t.Errorf("too large: %v", err)
					}
				}}, nil
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := make(chan string, 1)
				p := newPeer(t, func(ctx context.Context, _ int, ws *websocket.Conn) {
					send(ctx, ws, helloFrame)
					send(ctx, ws, test.frame)
					_, data, err := ws.Read(ctx)
					if err != nil {
						data = []byte(err.Error())
					}
					got <- string(data)
					idle(ctx, ws)
				})
				_ = p.run(socket.Config{Connections: 1}, test.handle, func(*socket.Link) {
					if text := <-got; text != test.want {
						t.Errorf("got %s", text)
					}
				})
			})
		})
	}
	t.Run("late", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			failed := make(chan error, 1)
			p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
				send(ctx, ws, helloFrame)
				if number == 1 {
					send(ctx, ws, `{"type":"slash_commands","envelope_id":"e1","payload":{}}`)
				}
				idle(ctx, ws)
			})
			_ = p.run(socket.Config{Connections: 1}, func(socket.Envelope) (socket.Ack, func(context.Context) socket.Ack) {
				return socket.Ack{}, func(ctx context.Context) socket.Ack {
					a := slow(ctx)
					a.Then = func(err error) { failed <- err }
					return a
				}
			}, func(*socket.Link) {
				if err := <-failed; err == nil {
					t.Error("an ack past its deadline was sent")
				}
			})
		})
	})
}

// FuzzFrame holds that whatever Slack sends, an envelope that shows its id is acknowledged.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{helloFrame, `{"type":"disconnect"}`, `{"envelope_id":"e","type":"x"}`, `[]`, `{"envelope_id":7}`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var e struct {
			ID string `json:"envelope_id"`
		}
		if !json.Valid([]byte(text)) || json.Unmarshal([]byte(text), &e) != nil || e.ID == "" || e.ID == "end" {
			t.Skip()
		}
		synctest.Test(t, func(t *testing.T) {
			acked := make(chan string, 8)
			p := newPeer(t, func(ctx context.Context, number int, ws *websocket.Conn) {
				send(ctx, ws, helloFrame)
				if number == 1 { // beside the reader: a pipe holds nothing back
					go func() {
						send(ctx, ws, text)
						send(ctx, ws, `{"envelope_id":"end","type":"x"}`)
					}()
				}
				for {
					_, data, err := ws.Read(ctx)
					if err != nil {
						return
					}
					var a struct {
						ID string `json:"envelope_id"`
					}
					_ = json.Unmarshal(data, &a)
					acked <- a.ID
				}
			})
			_ = p.run(socket.Config{Connections: 1}, nil, func(*socket.Link) {
				if first := <-acked; first != e.ID {
					t.Errorf("%q: acked %q first", text, first)
				}
			})
		})
	})
}
