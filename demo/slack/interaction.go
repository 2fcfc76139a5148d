package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// interaction is one thing a person did with the app, and what came of it:
// messages and views are gathered by whichever way they came. Server.mu guards it.
type interaction struct {
	s        *Server
	messages []*Message
	views    []*View
	errors   map[string]string
}

func (in *interaction) sawMessage(m *Message) {
	if in != nil && !slices.Contains(in.messages, m) {
		in.messages = append(in.messages, m)
	}
}

func (in *interaction) sawView(v *View) {
	v.answers = in
	if in != nil && !slices.Contains(in.views, v) {
		in.views = append(in.views, v)
	}
}

// Reply is what a person sees of the app's answer. It grows: what comes later by
// a response URL or views.update belongs to it too.
type Reply struct {
	in *interaction
	// Asked is the question that the person answered with yes before the press.
	Asked *Confirm
}

// Messages returns the answer's messages as they stand now: from the ack, from
// the response URL (new ones and the original where it was replaced).
func (r *Reply) Messages() []Message {
	r.in.s.mu.Lock()
	defer r.in.s.mu.Unlock()
	var all []Message
	for _, m := range r.in.messages {
		if !m.Deleted {
			all = append(all, m.copy())
		}
	}
	return all
}

// Views returns the modals that the answer opened or changed, as they stand now.
func (r *Reply) Views() []View {
	r.in.s.mu.Lock()
	defer r.in.s.mu.Unlock()
	var all []View
	for _, v := range r.in.views {
		all = append(all, v.copy())
	}
	return all
}

// Errors returns what a submission was refused with, by block id.
func (r *Reply) Errors() map[string]string {
	r.in.s.mu.Lock()
	defer r.in.s.mu.Unlock()
	return r.in.errors
}

// Await returns the first message of the answer that fits, as soon as there is one.
func (r *Reply) Await(ctx context.Context, fits func(Message) bool) (Message, error) {
	return awaitFirst(ctx, r, r.Messages, fits)
}

// AwaitView returns the first view of the answer that fits, as soon as there is one.
func (r *Reply) AwaitView(ctx context.Context, fits func(View) bool) (View, error) {
	return awaitFirst(ctx, r, r.Views, fits)
}

func awaitFirst[T any](ctx context.Context, r *Reply, all func() []T, fits func(T) bool) (found T, err error) {
	err = r.in.s.Await(ctx, func() bool {
		so := all()
		i := slices.IndexFunc(so, fits)
		if i >= 0 {
			found = so[i]
		}
		return i >= 0
	})
	if err != nil {
		return found, fmt.Errorf("%w; the answer so far:\n%s", err, r)
	}
	return found, nil
}

// String writes the whole answer as text.
func (r *Reply) String() string {
	var out strings.Builder
	for _, m := range r.Messages() {
		fmt.Fprintf(&out, "%s\n", m.Plain())
	}
	for _, v := range r.Views() {
		fmt.Fprintf(&out, "[%s]\n%s\n", v.Title, v.Plain())
	}
	return out.String()
}

// Contains fits messages that show all of the given text.
func Contains(all ...string) func(Message) bool {
	return func(m Message) bool {
		shown := m.Plain()
		return !slices.ContainsFunc(all, func(s string) bool { return !strings.Contains(shown, s) })
	}
}

// Shows fits views that show all of the given text, in title or body.
func Shows(all ...string) func(View) bool {
	return func(v View) bool {
		shown := v.Title.String() + "\n" + v.Plain()
		return !slices.ContainsFunc(all, func(s string) bool { return !strings.Contains(shown, s) })
	}
}

// AnyMessage fits every message.
func AnyMessage(Message) bool { return true }

// AnyView fits every view.
func AnyView(View) bool { return true }

func (m *Message) copy() Message {
	c := *m
	c.Blocks = slices.Clone(m.Blocks)
	return c
}

func (v *View) copy() View {
	c := *v
	c.Blocks = slices.Clone(v.Blocks)
	return c
}

// ErrNoSuchElement is for a press of something that is not there.
var ErrNoSuchElement = errors.New("no such button, menu or field")
