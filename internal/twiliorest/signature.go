package twiliorest

import (
	"net/http"
	"net/url"
	"strings"

	twilio "github.com/twilio/twilio-go/client"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// CheckSignature checks X-Twilio-Signature of a callback that was sent to
// publicURL: CodeUnauthenticated where it is not the one that authToken makes.
// https://www.twilio.com/docs/usage/security#validating-requests
func CheckSignature(authToken, publicURL string, r *http.Request, body []byte) error {
	if authToken == "" {
		return moderation.Fault(moderation.CodeUnauthenticated, "twilio.no_auth_token")
	}
	address := strings.TrimRight(publicURL, "/") + r.URL.RequestURI()
	validator := twilio.NewRequestValidator(authToken)
	if !validator.ValidateBody(address, body, r.Header.Get("X-Twilio-Signature")) {
		return moderation.Fault(moderation.CodeUnauthenticated, "twilio.bad_signature")
	}
	return nil
}

// Hints returns the room that a callback names in the given parameter, of its
// form or its query; none where it names no room.
func Hints(r *http.Request, body []byte, parameter, prefix string) []provider.Hint {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil
		}
		values = form
	}
	sid := values.Get(parameter)
	if !IsSID(prefix, sid) {
		return nil
	}
	return []provider.Hint{{ID: r.Header.Get("I-Twilio-Idempotency-Token"), RoomID: sid}}
}
