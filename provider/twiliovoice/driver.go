// Package twiliovoice drives conferences of Twilio Programmable Voice: calls
// over the telephone, SIP and Twilio's clients. A conference is a room, a call
// in it a participant.
// https://www.twilio.com/docs/voice/api/conference-participant-resource
package twiliovoice

import (
	"context"
	"net/http"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/provider"
)

// Type is the provider type twilio-voice.
var Type = provider.Type{
	Name: "twilio-voice",
	Fields: []provider.Field{
		{Name: "account_sid", Required: true, Usage: "the account's SID", Check: twiliorest.CheckSID("AC")},
		{Name: "auth_token", Required: true, Secret: true, Usage: "the account's auth token; callbacks are signed with it too"},
		{Name: "base_url", Usage: "another base of the API, for tests and regions", Check: twiliorest.CheckBaseURL},
		{Name: "caller_id", Usage: "the number that dialled calls come from, in E.164", Check: checkCallerID},
	},
	Open: open,
}

// Driver speaks to one Twilio account.
type Driver struct {
	name      string
	authToken string
	callerID  string
	publicURL string
	host      func(contentType string, body []byte, keep time.Duration) (string, error)
	client    *twiliorest.Client
	callers   *callers
}

func open(_ context.Context, s provider.Settings) (provider.Driver, error) {
	client, err := twiliorest.New(twiliorest.Config{
		AccountSID: s.Values["account_sid"], User: s.Values["account_sid"], Password: s.Values["auth_token"],
		BaseURL: s.Values["base_url"], Transport: s.Transport,
	})
	if err != nil {
		return nil, err
	}
	return &Driver{
		name: s.Name, authToken: s.Values["auth_token"], callerID: s.Values["caller_id"],
		publicURL: s.PublicURL, host: s.Host, client: client, callers: newCallers(),
	}, nil
}

// api returns Twilio's methods for the calls of one context.
func (d *Driver) api(ctx context.Context) *api.ApiService {
	return api.NewApiService(d.client.Handler(ctx))
}

// Close frees the connections.
func (d *Driver) Close() error {
	d.client.Close()
	return nil
}

// Check asks for one conference.
func (d *Driver) Check(ctx context.Context) error {
	_, err := twiliorest.Read(d.api(ctx).PageConference(new(api.ListConferenceParams).SetPageSize(1), "", ""))
	return err
}

// Webhook checks a conference's status callback and names the conference.
// https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallback
func (d *Driver) Webhook(r *http.Request, body []byte) ([]provider.Hint, error) {
	if err := twiliorest.CheckSignature(d.authToken, d.publicURL, r, body); err != nil {
		return nil, err
	}
	return twiliorest.Hints(r, body, "ConferenceSid", "CF"), nil
}
