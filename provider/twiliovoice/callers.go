package twiliovoice

import (
	"context"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
)

const (
	// keptCallers bounds the memory: two generations of so many calls.
	keptCallers = 4096
	// callsAtOnce bounds how many calls are asked for at the same time.
	callsAtOnce = 16
)

// callers remembers who is on a call: a participant of a conference has no
// number, and a call never changes it.
type callers struct {
	mu       sync.Mutex
	now, old map[string]string
}

func newCallers() *callers { return &callers{now: map[string]string{}} }

func (c *callers) get(callSID string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	address, ok := c.now[callSID]
	if !ok {
		if address, ok = c.old[callSID]; ok {
			c.keep(callSID, address)
		}
	}
	return address, ok
}

func (c *callers) put(callSID, address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(callSID, address)
}

func (c *callers) keep(callSID, address string) {
	if len(c.now) >= keptCallers {
		c.now, c.old = map[string]string{}, c.now
	}
	c.now[callSID] = address
}

// callerOf returns the address of who is on a call: a number, a SIP address or
// client:name; "" where Twilio does not know the call.
func (d *Driver) callerOf(ctx context.Context, callSID string) (string, error) {
	if address, ok := d.callers.get(callSID); ok {
		return address, nil
	}
	call, err := twiliorest.Read(d.api(ctx).FetchCall(callSID, nil))
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	address := twiliorest.Value(call.From)
	if strings.HasPrefix(twiliorest.Value(call.Direction), "outbound") {
		address = twiliorest.Value(call.To)
	}
	// Parameters for the called program follow a question mark.
	address, _, _ = strings.Cut(address, "?")
	d.callers.put(callSID, address)
	return address, nil
}

// nameCallers fills in who each participant is.
func (d *Driver) nameCallers(ctx context.Context, people []moderation.Participant) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := range people {
		group.Go(func() error {
			address, err := d.callerOf(ctx, people[i].ID)
			identify(&people[i], address)
			return err
		})
	}
	return group.Wait()
}

// identify sets what a caller's address tells: the lasting identity is the
// label, else the address, and never the call's SID.
func identify(p *moderation.Participant, address string) {
	p.Kind = moderation.Phone
	if name, ok := strings.CutPrefix(address, "client:"); ok {
		p.Kind = moderation.Person
		if p.Name == "" {
			p.Name = name
		}
	}
	if e164.MatchString(address) {
		p.Number = address
	}
	if p.Identity == "" {
		p.Identity = address
	}
}
