// Package twiliovideo drives rooms of Twilio Programmable Video. What Twilio
// has no call for is done with the rules by which everyone else subscribes to
// someone: nobody is told, and nothing changes at the sender.
// https://www.twilio.com/docs/video/api/track-subscriptions
package twiliovideo

import (
	"context"
	"net/http"

	api "github.com/twilio/twilio-go/rest/video/v1"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// quota is an account's.
// https://www.twilio.com/docs/video/programmable-video-limits
var quota = provider.Quota{ReadsPerSecond: 80, WritesPerSecond: 20, Burst: 20}

// Type is the provider type twilio-video.
var Type = provider.Type{
	Name: "twilio-video",
	Fields: []provider.Field{
		{Name: "account_sid", Required: true, Usage: "the account's SID", Check: twiliorest.CheckSID("AC")},
		{Name: "api_key", Required: true, Usage: "an API key's SID", Check: twiliorest.CheckSID("SK")},
		{Name: "api_secret", Required: true, Secret: true, Usage: "the API key's secret"},
		{Name: "auth_token", Secret: true, Usage: "the account's auth token, which callbacks are signed with"},
		{Name: "base_url", Usage: "another base of the API, for tests and regions", Check: twiliorest.CheckBaseURL},
	},
	Open: open,
}

// Driver speaks to one Twilio account.
type Driver struct {
	name      string
	authToken string
	publicURL string
	client    *twiliorest.Client
	editing   *turns
}

func open(_ context.Context, s provider.Settings) (provider.Driver, error) {
	return newDriver(s, quota)
}

func newDriver(s provider.Settings, q provider.Quota) (provider.Driver, error) {
	client, err := twiliorest.New(twiliorest.Config{
		AccountSID: s.Values["account_sid"], User: s.Values["api_key"], Password: s.Values["api_secret"],
		Secrets: []string{s.Values["auth_token"]}, BaseURL: s.Values["base_url"], Transport: s.Transport,
		ReadsPerSecond: q.ReadsPerSecond, WritesPerSecond: q.WritesPerSecond,
	})
	if err != nil {
		return nil, err
	}
	return &Driver{name: s.Name, authToken: s.Values["auth_token"], publicURL: s.PublicURL, client: client, editing: newTurns()}, nil
}

// api returns Twilio's methods for the calls of one context.
func (d *Driver) api(ctx context.Context) *api.ApiService {
	return api.NewApiService(d.client.Handler(ctx))
}

// Quota is the account's. The driver keeps it for each request too, because a
// mute is many of them.
func (d *Driver) Quota() provider.Quota { return quota }

// Close frees the connections.
func (d *Driver) Close() error {
	d.client.Close()
	return nil
}

// Check asks for one room.
func (d *Driver) Check(ctx context.Context) error {
	_, err := twiliorest.Read(d.api(ctx).PageRoom(new(api.ListRoomParams).SetPageSize(1), "", ""))
	return err
}

// Webhook checks a room's status callback and names the room.
// https://www.twilio.com/docs/video/api/status-callbacks
func (d *Driver) Webhook(r *http.Request, body []byte) ([]provider.Hint, error) {
	if err := twiliorest.CheckSignature(d.authToken, d.publicURL, r, body); err != nil {
		return nil, err
	}
	return twiliorest.Hints(r, body, "RoomSid", "RM"), nil
}

// CheckOrder checks an order before anything is sent.
func (d *Driver) CheckOrder(o provider.Order) error {
	if o.Action == moderation.ActionCoach && o.Participant.ID == o.Listener.ID {
		return moderation.Fault(moderation.CodeInvalid, "twilio-video.coach.self")
	}
	return nil
}
