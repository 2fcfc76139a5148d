package livekit

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/twitchtv/twirp"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// purpose says whether a request changes anything.
type purpose bool

const (
	reads  purpose = false
	writes purpose = true
)

// call makes one request. Fail-over to other regions is off: it would send a
// write twice and outlast the caller's deadline, and people wait for the answer.
func call[T any](ctx context.Context, d *Driver, p purpose, method string, f func(context.Context) (T, error)) (T, error) {
	var none T
	if err := d.limit.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return none, moderation.Errorf(moderation.CodeUnavailable, "%s: not sent: %w", method, err)
		}
		return none, &moderation.Error{
			Code: moderation.CodeRateLimited, Repeatable: true, RetryAfter: time.Second,
			Cause: fmt.Errorf("%s: our share of the project's quota is used up", method),
		}
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	result, err := f(lksdk.WithFailover(ctx, false))
	if err != nil {
		return none, d.fault(p, method, err, sent.Load())
	}
	return result, nil
}

// fault turns the SDK's error into one of ours, by its code: messages carry
// accidents of wrapping. Its meta is never used: a refused request's has the
// token in it.
func (d *Driver) fault(p purpose, method string, err error, sent bool) *moderation.Error {
	e := &moderation.Error{Cause: fmt.Errorf("%s: %s", method, d.clean(err.Error()))}
	if !sent {
		e.Code, e.Repeatable = moderation.CodeUnavailable, true
		return e
	}
	var answer twirp.Error
	if !errors.As(err, &answer) {
		e.Code = moderation.CodeInternal
		return e
	}
	switch answer.Code() {
	case twirp.NotFound:
		e.Code = moderation.CodeNotFound
	case twirp.Unauthenticated, twirp.PermissionDenied:
		e.Code = moderation.CodeUnauthenticated
	case twirp.ResourceExhausted:
		e.Code, e.Repeatable = moderation.CodeRateLimited, true
	case twirp.AlreadyExists, twirp.Aborted:
		e.Code = moderation.CodeConflict
	case twirp.InvalidArgument, twirp.Malformed, twirp.OutOfRange, twirp.FailedPrecondition,
		twirp.BadRoute, twirp.Unimplemented:
		e.Code = moderation.CodeRejected
	default:
		e.Code = unclear(p, method, answer)
	}
	return e
}

// unclear is the code of an answer that does not tell what was done: none
// came, it broke off, or something between us and the server gave it.
func unclear(p purpose, method string, answer twirp.Error) moderation.Code {
	status := answer.Meta("status_code")
	switch {
	case method == dialMethod && answer.Code() == twirp.Internal && answer.Meta("cause") == "" && status == "":
		return moderation.CodeRejected // the server's own word; no look at the room could tell
	case len(status) == 3 && (status[0] == '3' || status[0] == '4' && status != "408"):
		return moderation.CodeRejected // a proxy that did not pass the request on
	case p == writes:
		return moderation.CodeOutcomeUnknown
	default:
		return moderation.CodeUnavailable
	}
}

var (
	token   = regexp.MustCompile(`[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}`)
	wrapped = "twirp error unknown: "
)

// clean makes a text of the server fit for the log: no secret, no token, one line.
func (d *Driver) clean(text string) string {
	if d.hide != nil {
		text = d.hide.Replace(text)
	}
	text = token.ReplaceAllString(strings.ReplaceAll(text, wrapped, ""), "…")
	return words.Cut(words.Visible(text), 300)
}

// is reports whether an error has this code.
func is(err error, code moderation.Code) bool { return moderation.CodeOf(err) == code }
