package livekit

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/webhook"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// verifier reads signed callbacks.
type verifier struct{ keys auth.KeyProvider }

func newVerifier(key, secret string) verifier {
	return verifier{keys: auth.NewSimpleKeyProvider(key, secret)}
}

// Webhook checks a callback's signature and names the room to look at. A
// genuine one may come again, and in any order: its id tells it apart, and it
// is never proof of anything. The body has a password in it and is not logged.
// https://docs.livekit.io/home/server/webhooks/
func (d *Driver) Webhook(r *http.Request, body []byte) ([]provider.Hint, error) {
	signed := r.Clone(r.Context())
	signed.Body = io.NopCloser(bytes.NewReader(body))
	event, err := webhook.ReceiveWebhookEvent(signed, d.hooks.keys)
	if err != nil {
		return nil, moderation.Errorf(moderation.CodeUnauthenticated, "webhook: %s", d.clean(err.Error()))
	}
	if event.GetRoom().GetName() == "" {
		return nil, nil
	}
	return []provider.Hint{{ID: event.GetId(), RoomID: event.GetRoom().GetName()}}, nil
}

// Diagnose says what kind of server it is and what that means.
func (d *Driver) Diagnose(context.Context) []provider.Finding {
	key := "livekit.self_hosted"
	if d.cloud {
		key = "livekit.on_cloud"
	}
	all := []provider.Finding{{OK: true, Says: moderation.Say(key, "Provider", d.name)}}
	if d.trunk == "" {
		all = append(all, provider.Finding{OK: true, Says: moderation.Say("livekit.no_trunk")})
	}
	return all
}
