package simulated

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

// Fault makes calls of one operation misbehave.
type Fault struct {
	// Op is what is asked: rooms, room, participants, participant, check, or an
	// action's word; * means any.
	Op string
	// Times is how many calls it spoils; zero: all until Heal.
	Times int
	// Percent is how many of a hundred calls it spoils; zero: all.
	Percent int

	Hang  bool            // no answer until the caller's time is up
	Delay time.Duration   // the answer comes late
	Lost  bool            // it is done, and the answer is lost
	Code  moderation.Code // it is not done, and this is the answer
}

type faulting struct {
	Fault
	left int
}

// Spoil adds a fault.
func (d *Driver) Spoil(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &faulting{Fault: f, left: f.Times})
}

// Heal takes all faults away.
func (d *Driver) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// fault returns the first fault that strikes the operation now.
func (d *Driver) fault(op string) (Fault, bool) {
	for i, f := range d.faults {
		if f.Op != "*" && f.Op != op || f.Percent > 0 && d.dice.roll(100) >= f.Percent {
			continue
		}
		if f.Times > 0 {
			if f.left--; f.left == 0 {
				d.faults = slices.Delete(d.faults, i, i+1)
			}
		}
		return f.Fault, true
	}
	return Fault{}, false
}

// answer runs f under the lock, with whatever fault strikes the operation.
func answer[T any](ctx context.Context, d *Driver, op string, f func() (T, error)) (T, error) {
	var none T
	d.mu.Lock()
	fault, struck := d.fault(op)
	d.mu.Unlock()
	if struck && fault.Delay > 0 {
		late := time.NewTimer(fault.Delay)
		defer late.Stop()
		select {
		case <-late.C:
		case <-ctx.Done():
		}
	}
	if struck && fault.Hang {
		<-ctx.Done()
	}
	if err := ctx.Err(); err != nil {
		return none, moderation.Errorf(moderation.CodeOutcomeUnknown, "%s: %w", op, err)
	}
	if struck && fault.Code != "" {
		return none, &moderation.Error{
			Code: fault.Code, Cause: fmt.Errorf("%s was told to fail", op),
			Repeatable: fault.Code == moderation.CodeUnavailable || fault.Code == moderation.CodeRateLimited,
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	result, err := f()
	if struck && fault.Lost && err == nil {
		return none, moderation.Errorf(moderation.CodeOutcomeUnknown, "%s: the answer was lost", op)
	}
	return result, err
}

// ParseFaults reads faults as the configuration has them: words of the form
// OP=WHAT with WHAT one of hang, lost, slow:2s or an error's code, perhaps
// followed by *N (so many calls) or @P (so many of a hundred).
func ParseFaults(text string) ([]Fault, error) {
	var all []Fault
	for _, word := range strings.Fields(strings.ReplaceAll(text, ",", " ")) {
		f, err := parseFault(word)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", word, err)
		}
		all = append(all, f)
	}
	return all, nil
}

func parseFault(word string) (f Fault, err error) {
	op, what, ok := strings.Cut(word, "=")
	if !ok || op == "" {
		return f, fmt.Errorf("is not OP=WHAT")
	}
	f.Op = op
	if what, f.Times, err = cutNumber(what, "*"); err != nil {
		return f, err
	}
	if what, f.Percent, err = cutNumber(what, "@"); err != nil {
		return f, err
	}
	kind, length, _ := strings.Cut(what, ":")
	switch kind {
	case "hang":
		f.Hang = true
	case "lost":
		f.Lost = true
	case "slow":
		f.Delay, err = time.ParseDuration(length)
	default:
		f.Code = moderation.Code(what)
		if !slices.Contains(faultCodes, f.Code) {
			return f, fmt.Errorf("%q is not hang, lost, slow:DURATION or an error's code", what)
		}
	}
	return f, err
}

var faultCodes = []moderation.Code{
	moderation.CodeInvalid, moderation.CodeNotFound, moderation.CodeConflict, moderation.CodeRateLimited,
	moderation.CodeUnauthenticated, moderation.CodeUnavailable, moderation.CodeOutcomeUnknown,
	moderation.CodeRejected, moderation.CodeInternal,
}

func cutNumber(word, mark string) (rest string, n int, err error) {
	rest, number, ok := strings.Cut(word, mark)
	if !ok {
		return word, 0, nil
	}
	n, err = strconv.Atoi(number)
	if err != nil || n < 1 {
		return rest, 0, fmt.Errorf("what follows %s must be a number of at least 1", mark)
	}
	return rest, n, nil
}
