package livekittest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"

	"github.com/roomwarden/roomwarden/internal/eventually"
)

// EventKind is a kind of thing that a guest sees.
type EventKind string

// The kinds of events.
const (
	Disconnected EventKind = "disconnected" // Text is LiveKit's reason
	Muted        EventKind = "muted"        // a track of Of; of the guest itself too
	Unmuted      EventKind = "unmuted"
	Unpublished  EventKind = "unpublished" // the server took a track of the guest away
	Hears        EventKind = "hears"       // a track of Of begins to arrive
	HearsNot     EventKind = "hears not"   // or has ended
	Came         EventKind = "came"        // Of
	Went         EventKind = "went"
	Data         EventKind = "data"       // Text on Topic
	Attributes   EventKind = "attributes" // of Of changed: Changed
	RoomMetadata EventKind = "room metadata"
)

// Event is something that a guest sees.
type Event struct {
	Kind    EventKind
	Of      string // identity
	Source  livekit.TrackSource
	Text    string
	Topic   string
	Changed map[string]string

	told bool
}

// Await waits for an event that fits and returns it; each is returned once.
func (g *Guest) Await(t testing.TB, what string, fits func(Event) bool) Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	e, err := g.Wait(ctx, fits)
	if err != nil {
		t.Fatalf("%s waited for %s and saw %s", g.Identity, what, g.history())
	}
	return e
}

// Until waits until something holds that no event tells.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	eventually.Until(ctx, t, what, holds)
}

// Wait waits for an event that fits and returns it; each is returned once.
func (g *Guest) Wait(ctx context.Context, fits func(Event) bool) (Event, error) {
	for {
		if e, ok := g.Saw(fits); ok {
			return e, nil
		}
		select {
		case <-g.news:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

// Saw returns an event that fits and has come already; each is returned once.
func (g *Guest) Saw(fits func(Event) bool) (Event, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, e := range g.events {
		if !e.told && fits(e) {
			g.events[i].told = true
			return e, true
		}
	}
	return Event{}, false
}

// AwaitOut waits until the guest is disconnected and returns LiveKit's reason.
func (g *Guest) AwaitOut(t testing.TB) string {
	t.Helper()
	return g.Await(t, "its end", func(e Event) bool { return e.Kind == Disconnected }).Text
}

// AwaitHears waits until something more arrives from someone.
func (g *Guest) AwaitHears(t testing.TB, identity string) {
	t.Helper()
	before := g.count(g.packets, identity)
	Until(t, g.Identity+" hears "+identity, func() bool { return g.count(g.packets, identity) > before+2 })
}

// AwaitHearsNot waits until no track of someone arrives any more.
func (g *Guest) AwaitHearsNot(t testing.TB, identity string) {
	t.Helper()
	Until(t, g.Identity+" does not hear "+identity, func() bool { return g.count(g.live, identity) == 0 })
}

func (g *Guest) count(of map[string]int, identity string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return of[identity]
}

func (g *Guest) add(to map[string]int, identity string, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	to[identity] += n
}

// listen counts what arrives on a track until it ends.
func (g *Guest) listen(track *webrtc.TrackRemote, of string, s livekit.TrackSource) {
	g.add(g.live, of, 1)
	g.see(Event{Kind: Hears, Of: of, Source: s})
	for {
		if _, _, err := track.ReadRTP(); err != nil {
			break
		}
		g.add(g.packets, of, 1)
	}
	g.add(g.live, of, -1)
	g.see(Event{Kind: HearsNot, Of: of, Source: s})
}

func (g *Guest) history() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Sprintf("%+v", g.events)
}

func (g *Guest) see(e Event) {
	g.mu.Lock()
	g.events = append(slices.Clip(g.events), e)
	g.mu.Unlock()
	select {
	case g.news <- struct{}{}:
	default:
	}
}

func (g *Guest) callbacks() *lksdk.RoomCallback {
	cb := lksdk.NewRoomCallback()
	cb.OnDisconnectedWithReason = func(reason lksdk.DisconnectionReason) {
		g.see(Event{Kind: Disconnected, Of: g.Identity, Text: string(reason)})
	}
	cb.OnParticipantConnected = func(p *lksdk.RemoteParticipant) { g.see(Event{Kind: Came, Of: p.Identity()}) }
	cb.OnParticipantDisconnected = func(p *lksdk.RemoteParticipant) { g.see(Event{Kind: Went, Of: p.Identity()}) }
	cb.OnRoomMetadataChanged = func(text string) { g.see(Event{Kind: RoomMetadata, Text: text}) }
	cb.OnTrackMuted = func(p lksdk.TrackPublication, of lksdk.Participant) {
		g.see(Event{Kind: Muted, Of: of.Identity(), Source: p.Source()})
	}
	cb.OnTrackUnmuted = func(p lksdk.TrackPublication, of lksdk.Participant) {
		g.see(Event{Kind: Unmuted, Of: of.Identity(), Source: p.Source()})
	}
	cb.OnLocalTrackUnpublished = func(p *lksdk.LocalTrackPublication, of *lksdk.LocalParticipant) {
		g.see(Event{Kind: Unpublished, Of: of.Identity(), Source: p.Source()})
	}
	cb.OnTrackSubscribed = func(track *webrtc.TrackRemote, p *lksdk.RemoteTrackPublication, of *lksdk.RemoteParticipant) {
		g.readers.Go(func() { g.listen(track, of.Identity(), p.Source()) })
	}
	cb.OnAttributesChanged = func(changed map[string]string, of lksdk.Participant) {
		g.see(Event{Kind: Attributes, Of: of.Identity(), Changed: changed})
	}
	cb.OnDataPacket = func(packet lksdk.DataPacket, from lksdk.DataReceiveParams) {
		if user, ok := packet.(*lksdk.UserDataPacket); ok {
			g.see(Event{Kind: Data, Of: from.SenderIdentity, Text: string(user.Payload), Topic: user.Topic})
		}
	}
	return cb
}
