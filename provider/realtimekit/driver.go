// Package realtimekit drives meetings of Cloudflare RealtimeKit through its
// REST API. A meeting with a live session is a room; a participant's peer is
// the connection, the custom participant id, else the user id, the identity.
// What the API does not have, the client SDK does: package bridge runs it.
// https://developers.cloudflare.com/api/resources/realtime_kit/
package realtimekit

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"

	"github.com/roomwarden/roomwarden/provider"
)

// Type is the provider type realtimekit.
var Type = provider.Type{
	Name: "realtimekit",
	Fields: []provider.Field{
		{Name: "account_id", Required: true, Usage: "the Cloudflare account's id", Check: checkID},
		{Name: "app_id", Required: true, Usage: "the RealtimeKit app's id", Check: checkID},
		{Name: "api_token", Required: true, Secret: true, Usage: "an API token with the permission Realtime Admin"},
		{Name: "base_url", Usage: "another base of the API, for tests", Check: checkBaseURL},
		{Name: "bridge.chromium", Usage: "the path of a Chromium, which joins unseen, pins, and stops video while people stay in; off when empty"},
		{Name: "bridge.preset", Usage: "the preset with which it joins; roomwarden-bridge when empty"},
		{Name: "bridge.base_uri", Usage: "another host of the client service, for tests"},
		{Name: "bridge.certificate", Usage: "the SHA-256 in base64 of a public key to take there, for tests"},
		{Name: "no_video_preset", Usage: "a preset that may not send video: /room-mute … video then puts people out and in again with it"},
	},
	Open: func(_ context.Context, s provider.Settings) (provider.Driver, error) { return open(s) },
}

// segment is what may stand in an address: an id of Cloudflare's.
var segment = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.:~-]{0,127}$`)

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func checkID(value string) string {
	if !idForm.MatchString(value) {
		return "must be an id: letters, digits and hyphens"
	}
	return ""
}

func checkBaseURL(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "must start with http:// or https://"
	}
	return ""
}

// Driver speaks to one app. It is safe for concurrent use.
type Driver struct {
	name     string
	api      api
	presets  presets
	muted    marks
	hookKeys hookKeys
	log      *slog.Logger

	stage    stage  // nil: no bridge
	chromium string // what it runs
	dark     marks  // whose video the bridge stopped
	pinned   marks
}

func open(s provider.Settings) (*Driver, error) {
	a, err := newAPI(s)
	if err != nil {
		return nil, err
	}
	log := s.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d := &Driver{name: s.Name, api: a, presets: presets{noVideo: s.Values["no_video_preset"]}, log: log}
	d.openStage(s.Values)
	return d, nil
}

// Check asks for one session.
func (d *Driver) Check(ctx context.Context) error {
	_, err := d.api.sessionsPage(ctx, 1, 1)
	return err
}

// Close leaves the meetings that the bridge is in and frees the connections.
func (d *Driver) Close() error {
	defer d.api.close()
	if d.stage != nil {
		return d.stage.Close()
	}
	return nil
}
