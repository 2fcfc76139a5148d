package realtimekit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/roomwarden/roomwarden/moderation"
)

const (
	longestMessage    = 200
	longestRetryAfter = time.Hour
)

var (
	errNoRoom   = moderation.Fault(moderation.CodeNotFound, "realtimekit.no_room")
	errNoPerson = moderation.Fault(moderation.CodeNotFound, "realtimekit.no_person")
)

// envelope is what every answer of Cloudflare's API comes in. RealtimeKit's
// description requires no success; its errors also come as one.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
type envelope struct {
	Success *bool           `json:"success"`
	Errors  json.RawMessage `json:"errors"`
	Error   json.RawMessage `json:"error"`
}

type problem struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
}

// problem returns the first error, the zero value where none can be read.
func (e envelope) problem() problem {
	var all []problem
	if json.Unmarshal(e.Errors, &all) == nil && len(all) > 0 {
		return all[0]
	}
	var one problem
	if json.Unmarshal(e.Error, &one) != nil {
		return problem{}
	}
	return one
}

// refusesToken are the numbers of errors that are about the token: one that is not
// well formed gets 400.
var refusesToken = []json.Number{"6003", "6111", "9109", "10000"}

func granted(status int) bool { return status >= 200 && status <= 299 }

// judge returns the error that an answer is, nil where it grants what was asked.
func (a *api) judge(res *http.Response, body []byte, p purpose) *moderation.Error {
	var e envelope
	readable := json.Unmarshal(body, &e) == nil
	refused := e.Success != nil && !*e.Success
	status := res.StatusCode
	if granted(status) && readable && !refused {
		return nil
	}
	fault := &moderation.Error{Cause: fmt.Errorf("cloudflare: status %d", status)}
	said := e.problem()
	message := a.clean(said.Message)
	if said != (problem{}) {
		fault.Cause = fmt.Errorf("cloudflare: status %d, error %s: %s", status, said.Code, message)
	}
	fault.RetryAfter = retryAfter(res.Header.Get("Retry-After"))
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden,
		(granted(status) || status == http.StatusBadRequest) && slices.Contains(refusesToken, said.Code):
		fault.Code, fault.Says = moderation.CodeUnauthenticated, moderation.Say("realtimekit.unauthenticated")
	case granted(status) && refused:
		fault.Code = moderation.CodeRejected
	case status == http.StatusTooManyRequests:
		fault.Code, fault.Repeatable = moderation.CodeRateLimited, true
	case status == http.StatusNotFound, status == http.StatusGone:
		fault.Code = moderation.CodeNotFound
	case status == http.StatusConflict:
		fault.Code = moderation.CodeConflict
	case (status < 400 || status >= 500) && p == writes:
		fault.Code = moderation.CodeOutcomeUnknown
	case status < 400 || status >= 500:
		fault.Code, fault.Repeatable = moderation.CodeUnavailable, true
	default:
		fault.Code = moderation.CodeRejected
	}
	if fault.Code == moderation.CodeRejected && message != "" {
		fault.Says = moderation.Say("realtimekit.rejected", "Message", message)
	}
	return fault
}

// lost makes the error of a call whose answer never came.
func (a *api) lost(err error, acted bool) *moderation.Error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // a url.Error repeats the address
	}
	cause := fmt.Errorf("cloudflare: %s", a.clean(err.Error()))
	if acted {
		return &moderation.Error{Code: moderation.CodeOutcomeUnknown, Cause: cause}
	}
	return &moderation.Error{Code: moderation.CodeUnavailable, Cause: cause, Repeatable: true}
}

// clean makes a text of the service fit to show: no token, one short line.
func (a *api) clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, a.hide.Replace(text))
	if runes := []rune(text); len(runes) > longestMessage {
		text = string(runes[:longestMessage]) + "…"
	}
	return text
}

// retryAfter reads seconds or a date.
func retryAfter(header string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(header); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = time.Until(at)
	}
	if wait < 0 || wait > longestRetryAfter {
		return 0
	}
	return wait
}

// is reports whether an error has this code.
func is(err error, code moderation.Code) bool { return moderation.CodeOf(err) == code }
