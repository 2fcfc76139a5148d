package realtimekit

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const (
	keyAddress = "https://api.realtime.cloudflare.com/.well-known/webhooks.json"
	keyPath    = "/.well-known/webhooks.json"
	keyTimeout = 5 * time.Second
	keyLasts   = 24 * time.Hour
	// keyAgain bounds how often the key is fetched because a signature did not fit.
	keyAgain   = time.Minute
	longestKey = 64 << 10
)

// hookKeys holds the public key with which Cloudflare signs.
type hookKeys struct {
	mu      sync.Mutex
	key     *rsa.PublicKey
	fetched time.Time
}

// Webhook checks a webhook's signature, RSA over the raw body, and names the meeting.
// https://developers.cloudflare.com/realtime/realtimekit/webhooks/
func (d *Driver) Webhook(r *http.Request, body []byte) ([]provider.Hint, error) {
	unsigned := moderation.Fault(moderation.CodeUnauthenticated, "realtimekit.bad_signature")
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("rtk-signature"))
	if err != nil || len(signature) == 0 {
		return nil, unsigned
	}
	sum := sha256.Sum256(body)
	fits := func(olderThan time.Duration) (bool, error) {
		key, err := d.hookKey(r.Context(), olderThan)
		if err != nil {
			return false, err
		}
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil, nil
	}
	good, err := fits(keyLasts)
	if err == nil && !good {
		good, err = fits(keyAgain) // they may have a new one
	}
	switch {
	case err != nil:
		return nil, err
	case !good:
		return nil, unsigned
	}
	meeting := meetingOf(body)
	if !segment.MatchString(meeting) {
		return nil, nil // of something else than a meeting
	}
	// A repeat carries a new rtk-uuid: the body tells that it is one.
	return []provider.Hint{{ID: r.Header.Get("rtk-webhook-id") + hex.EncodeToString(sum[:16]), RoomID: meeting}}, nil
}

// meetingOf returns the meeting that a webhook is about, "" where it names none.
func meetingOf(body []byte) string {
	var told struct {
		Meeting struct {
			ID string `json:"id"`
		} `json:"meeting"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return ""
	}
	return told.Meeting.ID
}

// hookKey returns the public key, fetched anew where it is older than that.
func (d *Driver) hookKey(ctx context.Context, olderThan time.Duration) (*rsa.PublicKey, error) {
	d.hookKeys.mu.Lock()
	defer d.hookKeys.mu.Unlock()
	if d.hookKeys.key != nil && time.Since(d.hookKeys.fetched) < olderThan {
		return d.hookKeys.key, nil
	}
	ctx, cancel := context.WithTimeout(ctx, keyTimeout)
	defer cancel()
	key, err := d.api.publicKey(ctx)
	if err != nil {
		return nil, &moderation.Error{
			Code: moderation.CodeUnavailable, Repeatable: true, Says: moderation.Say("realtimekit.no_key"),
			Cause: fmt.Errorf("the key of webhooks: %s", d.api.clean(err.Error())),
		}
	}
	d.hookKeys.key, d.hookKeys.fetched = key, time.Now()
	return key, nil
}

func (a *api) publicKey(ctx context.Context) (*rsa.PublicKey, error) {
	address := keyAddress
	if base := strings.TrimSuffix(a.base, apiPath); base != cloudflare {
		address = base + keyPath
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, longestKey))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			PublicKey string `json:"publicKey"`
		} `json:"data"`
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(raw, &answer) != nil {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	block, _ := pem.Decode([]byte(answer.Data.PublicKey))
	if block == nil {
		return nil, fmt.Errorf("no key in PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("a key of another kind")
	}
	return key, nil
}
