package demo

import (
	"context"
	"errors"
	"net"

	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/realtimekittest"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/provider/twiliotest"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// The providers of the stand-ins.
const (
	callsName    = "calls"
	videoName    = "video"
	meetingsName = "meet"
)

// clouds are the stand-ins for Twilio and RealtimeKit. Its methods do nothing
// where nothing was opened.
type clouds struct {
	twilio      *twiliotest.Running
	realtimekit *realtimekittest.Running
}

// open starts the stand-ins, with a conference, video rooms and meetings.
func (c *clouds) open(ctx context.Context) error {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.twilio = twiliotest.Start(l, twiliotest.Config{})
	if l, err = listen.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	c.realtimekit = realtimekittest.Start(l, realtimekittest.Config{})
	return nil
}

func (c *clouds) close() error {
	var all []error
	if c.twilio != nil {
		all = append(all, c.twilio.Close())
	}
	if c.realtimekit != nil {
		all = append(all, c.realtimekit.Close())
	}
	return errors.Join(all...)
}

// providers are those that speak to the stand-ins.
func (c *clouds) providers() []config.Provider {
	var all []config.Provider
	if c.twilio != nil {
		all = append(all,
			config.Provider{Name: callsName, Type: twiliovoice.Type.Name, Values: c.twilio.Values(twiliovoice.Type.Name)},
			config.Provider{Name: videoName, Type: twiliovideo.Type.Name, Values: c.twilio.Values(twiliovideo.Type.Name)},
		)
	}
	if c.realtimekit != nil {
		all = append(all, config.Provider{Name: meetingsName, Type: realtimekit.Type.Name, Values: c.realtimekit.Values()})
	}
	return all
}

// meetings are those of RealtimeKit as the people in them see them: its API
// shows neither microphones nor cameras.
func (c *clouds) meetings() []shownRoom {
	if c.realtimekit == nil {
		return nil
	}
	var all []shownRoom
	for _, m := range c.realtimekit.Live() {
		shown := shownRoom{StageRoom: simulated.StageRoom{
			Room:   moderation.Room{Provider: meetingsName, ID: m.ID, Name: m.Title, Locked: m.Locked, Recording: m.Recording},
			People: []simulated.StagePerson{},
		}}
		for _, p := range c.realtimekit.People(m.ID) {
			if p.Hidden {
				continue
			}
			shown.People = append(shown.People, simulated.StagePerson{Participant: moderation.Participant{
				ID: p.Peer, Identity: p.Custom, Name: p.Name, Kind: moderation.Person,
				Tracks: []moderation.Track{
					{ID: p.Peer + "-audio", Source: moderation.Microphone, Muted: p.Muted},
					{ID: p.Peer + "-video", Source: moderation.Camera, Muted: !p.Video},
				},
			}})
		}
		all = append(all, shown)
	}
	return all
}
