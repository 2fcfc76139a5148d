// Package livekit drives LiveKit, Cloud or self-hosted, through its server SDK:
// https://docs.livekit.io/reference/server/server-apis/. Rooms go by their exact
// names, people by their identities; a participant's SID is the connection.
//
// What it relies on was measured on livekit-server 1.11.0: an unknown room lists
// as an empty one, so it is looked up; a call that needs the participant's node
// takes three seconds where there is none, so people are looked up first; a track
// mute alone is undone by the client at once, so the right to publish goes too; a
// permission is replaced whole, so it is copied before it is changed; whoever
// rejoins with the old token has the token's rights again, so whoever watches the
// room calls Greet.
package livekit

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	lk "github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Type is the provider type of the configuration.
var Type = provider.Type{
	Name: "livekit",
	Fields: []provider.Field{
		{Name: "url", Required: true, Usage: "where the server is: wss://…, or ws:// http:// https://", Check: checkURL},
		{Name: "api_key", Required: true, Usage: "an API key of the server or project"},
		{Name: "api_secret", Required: true, Secret: true, Usage: "its secret"},
		{Name: "sip_trunk", Usage: "the outbound SIP trunk for /room-dial, ST_…; no dialling when empty"},
	},
	Open: func(_ context.Context, s provider.Settings) (provider.Driver, error) { return open(s) },
}

func checkURL(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil {
		return "must be an address such as wss://project.livekit.cloud"
	}
	switch u.Scheme {
	case "ws", "wss", "http", "https":
		return ""
	default:
		return "must start with wss://, ws://, https:// or http://"
	}
}

// LiveKit Cloud takes 1,000 API requests a minute of a project; a self-hosted
// server has no such bound. https://docs.livekit.io/home/cloud/quotas-and-limits/
const (
	cloudPerSecond = 1000.0 / 60
	cloudBurst     = 100
)

// Driver speaks to one server or project. It is safe for concurrent use.
type Driver struct {
	name  string
	rooms *lksdk.RoomServiceClient
	sip   *lksdk.SIPClient
	trunk string
	cloud bool
	hooks verifier
	hide  *strings.Replacer // takes secrets out of texts
	limit *rate.Limiter
}

func open(s provider.Settings) (*Driver, error) {
	address, key, secret := s.Values["url"], s.Values["api_key"], s.Values["api_secret"]
	if wrong := checkURL(address); wrong != "" {
		return nil, moderation.Errorf(moderation.CodeInvalid, "url %s", wrong)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, moderation.Errorf(moderation.CodeInvalid, "url: %w", err)
	}
	d := &Driver{
		name:  s.Name,
		rooms: lksdk.NewRoomServiceClient(address, key, secret),
		sip:   lksdk.NewSIPClient(address, key, secret),
		trunk: s.Values["sip_trunk"],
		cloud: strings.HasSuffix(u.Hostname(), ".livekit.cloud"),
		hooks: newVerifier(key, secret),
		limit: rate.NewLimiter(rate.Inf, 1),
	}
	if secret != "" {
		d.hide = strings.NewReplacer(secret, "…")
	}
	if d.cloud {
		d.limit = rate.NewLimiter(cloudPerSecond, cloudBurst)
	}
	return d, nil
}

// Check asks for a room that need not be there.
func (d *Driver) Check(ctx context.Context) error {
	_, err := call(ctx, d, reads, "ListRooms", func(ctx context.Context) (*lk.ListRoomsResponse, error) {
		return d.rooms.ListRooms(ctx, &lk.ListRoomsRequest{Names: []string{"roomwarden-check"}})
	})
	return err
}

// Close lets go of idle connections.
func (d *Driver) Close() error {
	if t, ok := http.DefaultTransport.(*http.Transport); ok { // the SDK's
		t.CloseIdleConnections()
	}
	return nil
}
