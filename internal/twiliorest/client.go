// Package twiliorest is what both Twilio drivers need of Twilio's REST API: a
// client under twilio-go's generated methods that keeps the context's deadline
// and the account's quota, waits out a 429, and turns every failure into a
// *moderation.Error; pages with tokens; the check of a callback's signature.
// https://www.twilio.com/docs/usage/twilios-response
package twiliorest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
)

const (
	// callTimeout bounds a call whose context has no deadline.
	callTimeout = 10 * time.Second
	// maxAnswer bounds what is read of an answer: a page of 1,000 resources is under 2 MB.
	maxAnswer = 8 << 20
	// keptConnections is how many idle connections are kept.
	keptConnections = 16
	// maxTries bounds how often a call that meets 429 is sent.
	maxTries = 4
)

// Config is what a Client is made from.
type Config struct {
	AccountSID string
	// User and Password are the account SID with its auth token, or an API key with its secret.
	User, Password string
	// BaseURL replaces scheme and host of Twilio's addresses where not empty.
	BaseURL string
	// Secrets are further values that no error may show.
	Secrets []string
	// ReadsPerSecond and WritesPerSecond bound what is sent; zero means no bound.
	ReadsPerSecond, WritesPerSecond float64
	// Transport carries the requests; nil means http.DefaultTransport.
	Transport http.RoundTripper
}

// Client sends requests to Twilio. It is safe for concurrent use.
type Client struct {
	account, user, password string
	base                    *url.URL // nil: Twilio's own addresses
	http                    *http.Client
	reads, writes           *rate.Limiter
	hide                    *strings.Replacer
}

// New makes a client. Its error is about BaseURL alone.
func New(c Config) (*Client, error) {
	client := &Client{
		account: c.AccountSID, user: c.User, password: c.Password,
		http: &http.Client{
			Transport: keeping(c.Transport),
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
		reads: limiter(c.ReadsPerSecond), writes: limiter(c.WritesPerSecond),
		hide: hiding(append([]string{c.Password, c.User + ":" + c.Password}, c.Secrets...)),
	}
	if c.BaseURL != "" {
		base, err := url.Parse(c.BaseURL)
		if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
			return nil, moderation.Fault(moderation.CodeInvalid, "twilio.base_url")
		}
		client.base = base
	}
	return client, nil
}

// keeping returns a transport that keeps as many connections as are used at the
// same time: a bulk order would make a new one for nearly each request.
func keeping(transport http.RoundTripper) http.RoundTripper {
	if transport == nil {
		transport = http.DefaultTransport
	}
	own, ok := transport.(*http.Transport)
	if !ok {
		return transport
	}
	own = own.Clone()
	own.MaxIdleConnsPerHost = keptConnections
	return own
}

// limiter lets through at most perSecond in any second: a tenth of it at once,
// the rest evenly.
func limiter(perSecond float64) *rate.Limiter {
	if perSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	burst := max(1, int(perSecond/10))
	return rate.NewLimiter(rate.Limit(perSecond-float64(burst)), burst)
}

// Handler returns what twilio-go's services are made with, bound to ctx: each
// of their calls ends when ctx does. It costs one small allocation.
func (c *Client) Handler(ctx context.Context) *twilio.RequestHandler {
	return &twilio.RequestHandler{Client: bound{client: c, ctx: ctx}}
}

// Close frees connections that are kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// bound is a Client for the calls of one context: twilio-go's methods take none.
type bound struct {
	client *Client
	ctx    context.Context //nolint:containedctx // it lives for one call: see above
}

func (b bound) AccountSid() string       { return b.client.account }
func (b bound) SetTimeout(time.Duration) {}
func (b bound) SetOauth(twilio.OAuth)    {}
func (b bound) OAuth() twilio.OAuth      { return nil }

// SendRequest sends one request and returns its answer with the body read
// whole. Every error is a *moderation.Error.
func (b bound) SendRequest(method, address string, data url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	ctx := b.ctx
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	for try := 1; ; try++ {
		res, err := b.client.send(ctx, method, address, data)
		wait, again := waitFor(ctx, err, try)
		if !again {
			return res, err
		}
		if sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

// waitFor returns how long to wait before a call that met 429 is sent again,
// and whether there is time for it.
func waitFor(ctx context.Context, err error, try int) (time.Duration, bool) {
	var fault *moderation.Error
	if !errors.As(err, &fault) || fault.Code != moderation.CodeRateLimited || !fault.Repeatable || try == maxTries {
		return 0, false
	}
	wait := fault.RetryAfter
	if wait == 0 {
		wait = 50 * time.Millisecond << try
	}
	deadline, _ := ctx.Deadline()
	return wait, time.Now().Add(wait).Before(deadline)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send sends a request once.
func (c *Client) send(ctx context.Context, method, address string, data url.Values) (*http.Response, error) {
	writes := method != http.MethodGet
	bucket := c.reads
	if writes {
		bucket = c.writes
	}
	if err := bucket.Wait(ctx); err != nil {
		code := moderation.CodeRateLimited // no turn before the deadline
		if ctx.Err() != nil {
			code = moderation.CodeUnavailable
		}
		return nil, &moderation.Error{Code: code, Cause: fmt.Errorf("not sent: %w", err)}
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	})
	req, err := c.request(ctx, method, address, data)
	if err != nil {
		return nil, moderation.Errorf(moderation.CodeInternal, "twilio request: %w", err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.lost(err, writes && sent.Load())
	}
	defer func() { _ = res.Body.Close() }() // everything of it is read below
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, c.lost(err, writes)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, c.refused(res, answer, writes)
	}
	if res.StatusCode != http.StatusNoContent && method != http.MethodDelete && !json.Valid(answer) {
		return nil, c.lost(fmt.Errorf("status %d with a body that is no JSON", res.StatusCode), writes)
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, nil
}

func (c *Client) request(ctx context.Context, method, address string, data url.Values) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if c.base != nil {
		u.Scheme, u.Host = c.base.Scheme, c.base.Host
	}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(data.Encode())
	} else if len(data) > 0 {
		u.RawQuery = data.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.user, c.password)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "roomwarden twilio-go/"+twilio.LibraryVersion)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}
