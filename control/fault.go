package control

import (
	"errors"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// ours gives an error of the store a code that crosses the socket.
func ours(err error) error {
	var e *moderation.Error
	switch {
	case err == nil, errors.As(err, &e):
		return err
	case errors.Is(err, store.ErrNotFound):
		return moderation.Fault(moderation.CodeNotFound, "control.no_case").Because(err)
	case errors.Is(err, store.ErrClosed):
		return moderation.Fault(moderation.CodeUnavailable, "control.stopping").Because(err)
	default:
		return moderation.Errorf(moderation.CodeInternal, "%w", err)
	}
}

// fault is an error on the socket. The cause is the log's, on this machine and
// of this user.
type fault struct {
	Code  moderation.Code     `json:"code"`
	Says  moderation.Sentence `json:"says,omitzero"`
	Cause string              `json:"cause,omitempty"`
}

func faultOf(err error) fault {
	var e *moderation.Error
	if !errors.As(ours(err), &e) {
		return fault{Code: moderation.CodeInternal}
	}
	f := fault{Code: e.Code, Says: e.Says}
	if e.Cause != nil {
		f.Cause = e.Cause.Error()
	}
	return f
}

func (f fault) err() error {
	e := &moderation.Error{Code: f.Code, Says: f.Says}
	if f.Cause != "" {
		e.Cause = errors.New(f.Cause)
	}
	return e
}
