package twiliorest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	twilio "github.com/twilio/twilio-go/client"

	"github.com/roomwarden/roomwarden/moderation"
)

// The codes of Twilio's errors that say more than the status with which they
// come. https://www.twilio.com/docs/api/errors
const (
	CodeNotActive         = 20005
	CodeDenied            = 20006
	CodeBadTo             = 21211
	CodeBadFrom           = 21212
	CodeNoGeoPermission   = 21215
	CodeUnverifiedFrom    = 21210
	CodeUnverifiedTo      = 21219
	CodeNotReachable      = 21214
	CodeCallNotInProgress = 21220
	CodeConferenceFull    = 16020
	CodeAccountFull       = 16021
	CodeRoomFull          = 53105
	CodeRoomNotFound      = 53106
	CodeRoomCompleted     = 53118
	CodeTooManyRooms      = 53119
	CodePersonNotFound    = 53204
	CodeDuplicateIdentity = 53205
	CodeTooManyPeople     = 53206
	CodePersonStatus      = 53209
	CodeBadSubscribeRule  = 53215
)

const (
	longestMessage    = 200
	longestRetryAfter = 3600 // seconds
)

type meaning struct {
	code moderation.Code
	says string
}

var meanings = map[int]meaning{
	CodeNotActive:         {moderation.CodeUnauthenticated, "twilio.account_not_active"},
	CodeDenied:            {moderation.CodeUnauthenticated, "twilio.denied"},
	CodeBadTo:             {moderation.CodeRejected, "twilio.bad_to"},
	CodeBadFrom:           {moderation.CodeRejected, "twilio.bad_from"},
	CodeUnverifiedFrom:    {moderation.CodeRejected, "twilio.bad_from"},
	CodeUnverifiedTo:      {moderation.CodeRejected, "twilio.unverified_to"},
	CodeNotReachable:      {moderation.CodeRejected, "twilio.not_reachable"},
	CodeNoGeoPermission:   {moderation.CodeRejected, "twilio.no_geo_permission"},
	CodeCallNotInProgress: {moderation.CodeConflict, "twilio.call_over"},
	CodeConferenceFull:    {moderation.CodeConflict, "twilio.conference_full"},
	CodeAccountFull:       {moderation.CodeConflict, "twilio.account_full"},
	CodeRoomFull:          {moderation.CodeConflict, "twilio.room_full"},
	CodeRoomNotFound:      {moderation.CodeNotFound, "twilio.no_room"},
	CodeRoomCompleted:     {moderation.CodeConflict, "twilio.room_over"},
	CodeTooManyRooms:      {moderation.CodeConflict, "twilio.account_full"},
	CodePersonNotFound:    {moderation.CodeNotFound, "twilio.no_participant"},
	CodeDuplicateIdentity: {moderation.CodeConflict, "twilio.duplicate_identity"},
	CodeTooManyPeople:     {moderation.CodeConflict, "twilio.account_full"},
	CodePersonStatus:      {moderation.CodeConflict, "twilio.person_gone"},
	CodeBadSubscribeRule:  {moderation.CodeRejected, "twilio.bad_subscribe_rule"},
}

// NumberOf returns Twilio's own number of err, zero where it has none.
func NumberOf(err error) int {
	var rest *twilio.TwilioRestError
	if errors.As(err, &rest) {
		return rest.Code
	}
	return 0
}

// refused makes the error of an answer outside 200–299.
func (c *Client) refused(res *http.Response, body []byte, writes bool) *moderation.Error {
	rest := &twilio.TwilioRestError{}
	if json.Unmarshal(body, rest) != nil {
		rest = &twilio.TwilioRestError{}
	}
	rest.Status, rest.MoreInfo, rest.Details = res.StatusCode, "", nil
	rest.Message = c.clean(rest.Message)
	m := meaningOf(res.StatusCode, rest, writes)
	e := &moderation.Error{Code: m.code, Cause: rest}
	if m.says != "" {
		e.Says = moderation.Say(m.says, "Message", rest.Message, "Number", rest.Code)
	}
	switch e.Code {
	case moderation.CodeRateLimited:
		e.Repeatable, e.RetryAfter = true, retryAfter(res.Header.Get("Retry-After"))
	case moderation.CodeUnavailable:
		e.Repeatable, e.RetryAfter = !writes, retryAfter(res.Header.Get("Retry-After"))
	}
	return e
}

func meaningOf(status int, rest *twilio.TwilioRestError, writes bool) meaning {
	m, known := meanings[rest.Code]
	switch {
	case status == http.StatusTooManyRequests:
		return meaning{moderation.CodeRateLimited, ""}
	case status == http.StatusUnauthorized:
		return meaning{moderation.CodeUnauthenticated, "twilio.unauthenticated"}
	case (status < 400 || status >= 500) && writes:
		return meaning{moderation.CodeOutcomeUnknown, ""}
	case status < 400 || status >= 500:
		return meaning{moderation.CodeUnavailable, ""}
	case known:
		return m
	case status == http.StatusForbidden:
		return meaning{moderation.CodeUnauthenticated, "twilio.denied"}
	case status == http.StatusNotFound:
		return meaning{moderation.CodeNotFound, ""}
	case status == http.StatusConflict:
		return meaning{moderation.CodeConflict, ""}
	case rest.Message != "":
		return meaning{moderation.CodeRejected, "twilio.rejected"}
	default:
		return meaning{moderation.CodeRejected, ""}
	}
}

// lost makes the error of a call whose answer never came or cannot be read.
func (c *Client) lost(err error, acted bool) *moderation.Error {
	// A url.Error repeats the address, and with it labels and names.
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	cause := fmt.Errorf("twilio: %s", c.hide.Replace(err.Error()))
	if acted {
		return &moderation.Error{Code: moderation.CodeOutcomeUnknown, Cause: cause}
	}
	return &moderation.Error{Code: moderation.CodeUnavailable, Cause: cause, Repeatable: true}
}

// Read turns what a reading method of twilio-go returned into a value and a
// *moderation.Error: a body of other types than described is no answer.
func Read[T any](v T, err error) (T, error) {
	return typed(v, err, moderation.Error{Code: moderation.CodeUnavailable, Repeatable: true})
}

// Wrote is Read for a method that changes something: what it did stays unknown.
func Wrote[T any](v T, err error) (T, error) {
	return typed(v, err, moderation.Error{Code: moderation.CodeOutcomeUnknown})
}

func typed[T any](v T, err error, otherwise moderation.Error) (T, error) {
	if err == nil {
		return v, nil
	}
	var fault *moderation.Error
	if errors.As(err, &fault) {
		return v, fault
	}
	otherwise.Cause = errors.New("twilio: the answer has other types than described")
	return v, &otherwise
}

func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || seconds < 0 || seconds > longestRetryAfter {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// Logs never hold a telephone number, and Twilio's messages repeat them.
var numbers = regexp.MustCompile(`\+?\d[\d\s().-]{5,}\d`)

func (c *Client) clean(message string) string {
	message = numbers.ReplaceAllString(c.hide.Replace(message), "•••")
	if runes := []rune(message); len(runes) > longestMessage {
		message = string(runes[:longestMessage]) + "…"
	}
	return message
}

func hiding(secrets []string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if s != "" {
			pairs = append(pairs, s, "•••", base64.StdEncoding.EncodeToString([]byte(s)), "•••")
		}
	}
	return strings.NewReplacer(pairs...)
}

// Why returns the key of the sentence that says why one of many was not
// reached; it has no gaps.
func Why(err error) string {
	switch moderation.CodeOf(err) {
	case moderation.CodeNotFound, moderation.CodeConflict:
		return "twilio.why.gone"
	case moderation.CodeRateLimited:
		return "twilio.why.slow"
	case moderation.CodeOutcomeUnknown, moderation.CodeUnavailable:
		return "twilio.why.no_answer"
	default:
		return "twilio.why.refused"
	}
}
