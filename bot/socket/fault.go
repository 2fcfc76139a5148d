package socket

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/moderation"
)

var errLinkDisabled = moderation.Fault(moderation.CodeUnauthenticated, "slack.link_disabled")

// remedies holds the errors of Slack that no repeat can mend, with the sentence
// that says what to do.
var remedies = map[string]string{
	"invalid_auth":            "slack.app_token_invalid",
	"not_authed":              "slack.app_token_invalid",
	"token_revoked":           "slack.app_token_invalid",
	"token_expired":           "slack.app_token_invalid",
	"account_inactive":        "slack.app_uninstalled",
	"not_allowed_token_type":  "slack.app_token_kind",
	"missing_scope":           "slack.app_token_scope",
	"no_permission":           "slack.app_token_scope",
	"team_access_not_granted": "slack.team_access",
	"forbidden_team":          "slack.team_access",
	"access_denied":           "slack.team_access",
	disabled:                  "slack.link_disabled",
}

// Lasting returns what to tell whoever runs the program, where trying again is
// of no use; nil otherwise.
func Lasting(err error) *moderation.Error {
	var away *turnedAway
	if errors.As(err, &away) && away.reason == disabled {
		return errLinkDisabled
	}
	var said slack.SlackErrorResponse
	if errors.As(err, &said) {
		if key, ok := remedies[said.Err]; ok {
			return moderation.Fault(moderation.CodeUnauthenticated, key, "Error", moderation.Literal(said.Err)).Because(err)
		}
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return moderation.Fault(moderation.CodeInvalid, "slack.not_the_api", "Error", moderation.Literal("404")).Because(err)
	}
	return nil
}

// withoutAddress takes the address out of an error of net/http.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
