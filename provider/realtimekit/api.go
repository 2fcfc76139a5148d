package realtimekit

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
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudflare/cloudflare-go/v6/option"
	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"
	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const (
	cloudflare  = "https://api.cloudflare.com"
	apiPath     = "/client/v4/"
	callTimeout = 10 * time.Second
	maxAnswer   = 8 << 20
)

// Cloudflare takes 3,500 requests in five minutes of a whole account: this many
// at once, and so many a second. https://developers.cloudflare.com/realtime/realtimekit/limits/
const (
	quotaBurst     = 500
	quotaPerSecond = (3500 - quotaBurst) / 300.0
)

// quotas holds what is left of each account's quota: apps of one account share it.
var quotas = struct {
	sync.Mutex
	of map[string]*rate.Limiter
}{of: map[string]*rate.Limiter{}}

func quotaOf(base, account string) *rate.Limiter {
	quotas.Lock()
	defer quotas.Unlock()
	key := base + " " + account
	if quotas.of[key] == nil {
		quotas.of[key] = rate.NewLimiter(quotaPerSecond, quotaBurst)
	}
	return quotas.of[key]
}

// api makes the requests. It is what the SDK sends with too, so that every
// answer is judged in one place.
type api struct {
	kit     *kit.RealtimeKitService
	http    *http.Client
	base    string // with apiPath
	account string
	app     string
	token   string
	quota   *rate.Limiter
	sizes   *sizes
	hide    *strings.Replacer
}

func newAPI(s provider.Settings) (api, error) {
	base := cloudflare
	if other := s.Values["base_url"]; other != "" {
		if wrong := checkBaseURL(other); wrong != "" {
			return api{}, moderation.Errorf(moderation.CodeInvalid, "base_url %s", wrong)
		}
		u, err := url.Parse(other)
		if err != nil {
			return api{}, moderation.Errorf(moderation.CodeInvalid, "base_url: %w", err)
		}
		base = u.Scheme + "://" + u.Host
	}
	a := api{
		http: &http.Client{Transport: s.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		base: base + apiPath, account: s.Values["account_id"], app: s.Values["app_id"], token: s.Values["api_token"],
		quota: quotaOf(base, s.Values["account_id"]), sizes: &sizes{}, hide: strings.NewReplacer(),
	}
	if a.token != "" {
		a.hide = strings.NewReplacer(a.token, "•••")
	}
	a.kit = kit.NewRealtimeKitService(
		option.WithBaseURL(a.base), option.WithAPIToken(a.token), option.WithMaxRetries(0), option.WithHTTPClient(&a),
	)
	return a, nil
}

func (a *api) close() { a.http.CloseIdleConnections() }

// purpose says whether a request changes anything.
type purpose bool

const (
	reads  purpose = false
	writes purpose = true
)

// call makes one request through the SDK or Do. Its error is a *moderation.Error.
func call[T any](ctx context.Context, p purpose, f func(context.Context) (T, error)) (T, error) {
	var none T
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	result, err := f(ctx)
	if err == nil {
		return result, nil
	}
	var fault *moderation.Error
	switch {
	case errors.As(err, &fault):
		return none, fault
	case !sent.Load():
		return none, &moderation.Error{Code: moderation.CodeUnavailable, Repeatable: true, Cause: errors.New("not sent in time")}
	case p == writes:
		return none, moderation.Errorf(moderation.CodeOutcomeUnknown, "no answer that can be read")
	default:
		return none, &moderation.Error{Code: moderation.CodeUnavailable, Repeatable: true, Cause: errors.New("no answer that can be read")}
	}
}

// Do sends a request once and returns an answer that grants it, its body read
// whole. Every error is a *moderation.Error. It is the SDK's HTTP client.
func (a *api) Do(req *http.Request) (*http.Response, error) {
	p := purpose(req.Method != http.MethodGet)
	if err := a.quota.Wait(req.Context()); err != nil {
		return nil, a.noTurn(req.Context(), err)
	}
	var sent atomic.Bool
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req = req.WithContext(ctx)
	req.Header.Set("User-Agent", "roomwarden")
	res, err := a.http.Do(req)
	if err != nil {
		return nil, a.lost(err, p == writes && sent.Load())
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, a.lost(err, p == writes)
	}
	if p == writes && len(body) == 0 && granted(res.StatusCode) {
		body = []byte("{}")
	}
	if fault := a.judge(res, body, p); fault != nil {
		return nil, fault
	}
	res.Header.Set("Content-Type", "application/json") // the SDK reads no other
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func (a *api) noTurn(ctx context.Context, err error) *moderation.Error {
	if ctx.Err() != nil {
		return moderation.Errorf(moderation.CodeUnavailable, "not sent: %w", err)
	}
	return &moderation.Error{
		Code: moderation.CodeRateLimited, Repeatable: true, RetryAfter: time.Second,
		Cause: errors.New("our share of the account's quota is used up"),
	}
}

// post makes a request that the SDK has no method for.
func (a *api) post(ctx context.Context, path string, body any) error {
	_, err := call(ctx, writes, func(ctx context.Context) (none struct{}, err error) {
		raw, err := json.Marshal(body)
		if err != nil {
			return none, err
		}
		address := fmt.Sprintf("%saccounts/%s/realtime/kit/%s/%s", a.base, a.account, a.app, path)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
		if err != nil {
			return none, err
		}
		req.Header.Set("Authorization", "Bearer "+a.token)
		req.Header.Set("Content-Type", "application/json")
		res, err := a.Do(req)
		if err != nil {
			return none, err
		}
		return none, res.Body.Close()
	})
	return err
}

// put fills a field of the SDK's parameters. The SDK's own helper is in its
// root package, which takes a minute to build.
func put[T any](value *T, present *bool, v T) { *value, *present = v, true }
