package moderation

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an Error is. The set is closed: it is a metric label.
type Code string

// The codes.
const (
	CodeInvalid         Code = "invalid"         // what was asked makes no sense: say what and how to mend it
	CodeNotFound        Code = "not_found"       // no such room, participant, case, or not for this caller
	CodeAmbiguous       Code = "ambiguous"       // a name that several answer to
	CodeForbidden       Code = "forbidden"       // the caller lacks a permission (1201)
	CodeUnsupported     Code = "unsupported"     // the provider cannot
	CodeConflict        Code = "conflict"        // already so, or no longer possible
	CodeRateLimited     Code = "rate_limited"    // the provider's quota; RetryAfter says how long
	CodeUnauthenticated Code = "unauthenticated" // the provider refuses our credentials
	CodeUnavailable     Code = "unavailable"     // not reached, nothing was done
	CodeOutcomeUnknown  Code = "outcome_unknown" // sent, and no answer: look before trying again
	CodeRejected        Code = "rejected"        // the provider understood and refused
	CodeBusy            Code = "busy"            // we have too much to do; nothing was done
	CodeInternal        Code = "internal"        // a fault of ours
)

// RefusedNumber is the number that a refusal for want of a permission shows.
const RefusedNumber = 1201

// Error is what every part of the product returns: a code for programs, a
// sentence that is safe to show, and the cause, which is for the log alone.
type Error struct {
	Code Code
	// Says is shown to people; without one, the sentence of the code is.
	Says Sentence
	// Cause is for the log. It never holds a secret.
	Cause error
	// RetryAfter is how long to wait before another try; zero where unknown.
	RetryAfter time.Duration
	// Repeatable is set where the same call may be sent again without harm.
	Repeatable bool
}

// Error returns the code, the sentence's key and the cause: for logs, not for people.
func (e *Error) Error() string {
	text := string(e.Code)
	if e.Says.Key != "" {
		text += " " + e.Says.Key
	}
	if e.Cause != nil {
		text = fmt.Sprintf("%s: %v", text, e.Cause)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an error of a code and a cause for the log.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Cause: fmt.Errorf(format, args...)}
}

// Fault makes an error that is shown: a code and its sentence, as Say takes it.
func Fault(code Code, key string, pairs ...any) *Error {
	return &Error{Code: code, Says: Say(key, pairs...)}
}

// Because returns a copy of e with its cause set.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// CodeOf returns the code of err: "" for nil, CodeInternal for an error that is
// not one of ours.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
