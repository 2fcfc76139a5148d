package twiliovoice

import (
	"bytes"
	"context"
	"encoding/xml"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/roomwarden/roomwarden/internal/twiliorest"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const (
	// keepAnnouncement is how long Twilio has to fetch a text.
	keepAnnouncement = 10 * time.Minute
	// longestText is what <Say> takes, in characters.
	// https://www.twilio.com/docs/voice/twiml/say#limits
	longestText = 4096
)

// Announce plays an address, or says a text that we host as TwiML, to one
// participant or to the whole conference.
func (d *Driver) Announce(ctx context.Context, o provider.Order) (provider.Effect, error) {
	address := o.URL
	if address == "" {
		var err error
		if address, err = d.hostText(o.Text); err != nil {
			return provider.Effect{}, err
		}
	}
	if o.Participant.ID != "" || o.Participant.Identity != "" {
		params := new(api.UpdateParticipantParams).SetAnnounceUrl(address)
		if o.Method != "" {
			params.SetAnnounceMethod(o.Method)
		}
		return d.update(ctx, o, params)
	}
	sid, err := d.sid(o.Room)
	if err != nil {
		return provider.Effect{}, err
	}
	params := new(api.UpdateConferenceParams).SetAnnounceUrl(address)
	if o.Method != "" {
		params.SetAnnounceMethod(o.Method)
	}
	_, err = twiliorest.Wrote(d.api(ctx).UpdateConference(sid, params))
	if err != nil && d.over(ctx, o.Room, err) {
		return provider.Effect{}, conferenceOver(o.Room).Because(err)
	}
	return provider.Effect{}, roomGone(o.Room, err)
}

func (d *Driver) hostText(text string) (string, error) {
	if d.host == nil {
		return "", moderation.Fault(moderation.CodeInvalid, "twilio-voice.announce.no_host")
	}
	body, err := sayTwiML(text)
	if err != nil {
		return "", moderation.Errorf(moderation.CodeInternal, "write TwiML: %w", err)
	}
	address, err := d.host("text/xml; charset=utf-8", body, keepAnnouncement)
	if err != nil {
		return "", moderation.Errorf(moderation.CodeInternal, "host TwiML: %w", err)
	}
	return address, nil
}

// sayTwiML is the document that makes Twilio say a text.
func sayTwiML(text string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header + "<Response><Say>")
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return nil, err
	}
	b.WriteString("</Say></Response>\n")
	return b.Bytes(), nil
}
