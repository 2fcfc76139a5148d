package bot

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/moderation"
)

// The deadlines of calls to Slack.
const (
	interactiveWithin = 3 * time.Second  // someone waits for it
	backgroundWithin  = 10 * time.Second // nobody does
	openingWithin     = 10 * time.Second
)

// api is Slack's Web API as the bot uses it: one client for what someone waits
// for, one for the outbox, one with the app-level token. None repeats a call by
// itself: posting is not idempotent, and each caller knows what it may repeat.
type api struct {
	interactive, background, opening *slack.Client
	http                             *http.Client // for response URLs and the socket

	mu     sync.Mutex
	self   *identity
	scopes map[string]bool
	ahead  time.Duration // how far our clock is before Slack's, by the last answer
}

// identity is where in Slack we belong.
type identity struct {
	teamID, enterpriseID string
}

func newAPI(c Config) *api {
	a := &api{}
	transport := http.DefaultTransport
	if t, ok := transport.(*http.Transport); ok {
		own := t.Clone()
		own.MaxIdleConnsPerHost = 16
		transport = own
	}
	client := func(token string, within time.Duration) *slack.Client {
		options := []slack.Option{
			slack.OptionHTTPClient(&http.Client{Transport: bearer{transport, token}, Timeout: within}),
			slack.OptionAppLevelToken(c.AppToken),
			slack.OptionOnResponseHeaders(a.sawHeaders),
		}
		if c.APIURL != "" {
			options = append(options, slack.OptionAPIURL(c.APIURL))
		}
		return slack.New(token, options...)
	}
	a.interactive = client(c.BotToken, interactiveWithin)
	a.background = client(c.BotToken, backgroundWithin)
	a.opening = client(c.BotToken, openingWithin)
	a.http = &http.Client{Transport: transport}
	return a
}

// bearer sends the token as Slack's document asks for it, in the header; slack-go
// puts it into the forms alone.
type bearer struct {
	http.RoundTripper
	token string
}

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Header.Get("Authorization") == "" {
		q = q.Clone(q.Context())
		q.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.RoundTripper.RoundTrip(q)
}

func (a *api) close() { a.http.CloseIdleConnections() }

// open asks for the address of a new connection.
func (a *api) open(ctx context.Context) (string, error) {
	_, url, err := a.opening.StartSocketModeContext(ctx)
	return url, err
}

// sawHeaders keeps the bot token's scopes, which Slack sends with every answer.
func (a *api) sawHeaders(path string, h http.Header) {
	if path == "apps.connections.open" {
		return
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		a.mu.Lock()
		a.ahead = time.Since(date)
		a.mu.Unlock()
	}
	said := h.Values("X-Oauth-Scopes")
	if len(said) == 0 {
		return
	}
	scopes := make(map[string]bool)
	for scope := range strings.SplitSeq(strings.Join(said, ","), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes[scope] = true
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scopes = scopes
}

// lacks reports whether the bot token is known not to have a scope.
func (a *api) lacks(scope string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.scopes != nil && !a.scopes[scope]
}

// whoami returns where we belong; it asks Slack until it has been told once.
func (a *api) whoami(ctx context.Context) (identity, error) {
	a.mu.Lock()
	known := a.self
	a.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	said, err := a.interactive.AuthTestContext(ctx)
	if err != nil {
		return identity{}, err
	}
	self := identity{teamID: said.TeamID, enterpriseID: said.EnterpriseID}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = &self
	return self, nil
}

// slackError returns Slack's own name of an error, "" where it is none of Slack's.
func slackError(err error) string {
	var said slack.SlackErrorResponse
	if errors.As(err, &said) {
		return said.Err
	}
	return ""
}

// lostToken returns what to tell whoever runs the program, where Slack does not
// take the bot token and never will.
func lostToken(err error) error {
	switch name := slackError(err); name {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired":
		return moderation.Fault(moderation.CodeUnauthenticated, "slack.bot_token_invalid", "Error", moderation.Literal(name)).Because(err)
	case "account_inactive":
		return moderation.Fault(moderation.CodeUnauthenticated, "slack.app_uninstalled", "Error", moderation.Literal(name)).Because(err)
	case "not_allowed_token_type":
		return moderation.Fault(moderation.CodeUnauthenticated, "slack.bot_token_kind", "Error", moderation.Literal(name)).Because(err)
	default:
		return nil
	}
}

// barred returns what to tell whoever runs the program, where Slack will never
// let the bot token say who it is. That needs no scope: a token without even
// that can do nothing.
func barred(err error) error {
	switch name := slackError(err); name {
	case "missing_scope", "no_permission":
		return moderation.Fault(moderation.CodeUnauthenticated, "slack.bot_token_scope", "Error", moderation.Literal(name)).Because(err)
	case "team_access_not_granted", "forbidden_team", "access_denied":
		return moderation.Fault(moderation.CodeUnauthenticated, "slack.team_access", "Error", moderation.Literal(name)).Because(err)
	default:
		return lostToken(err)
	}
}

// verdict is what an error of a call says about the call's effect.
type verdict int

const (
	done      verdict = iota // no error
	undone                   // surely without effect
	uncertain                // it may have had its effect
)

// judge tells whether a call that ended with err may have had its effect. What
// Slack calls internal_error or fatal_error may be half done, by its own word.
func judge(err error) verdict {
	if err == nil {
		return done
	}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return undone
	}
	switch name := slackError(err); name {
	case "":
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return uncertain
	default:
		return undone
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		if status.Code >= http.StatusInternalServerError {
			return uncertain
		}
		return undone
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return undone
	}
	return uncertain
}

// retryAfter returns how long Slack asks us to wait; zero where it does not.
func retryAfter(err error) time.Duration {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return max(limited.RetryAfter, time.Second)
	}
	return 0
}

// problemName names an error for the log and for a post's Problem.
func problemName(err error) string {
	if name := slackError(err); name != "" {
		return name
	}
	var status slack.StatusCodeError
	switch {
	case retryAfter(err) > 0:
		return "ratelimited"
	case errors.As(err, &status):
		return status.Status
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return cmp.Or(op.Op, "network") + " failed"
	}
	return "no answer"
}
