package livekittest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

// patience is how long a guest waits for what must come.
const patience = 20 * time.Second

// Guest is a real participant, connected with LiveKit's own Go client.
type Guest struct {
	Identity string
	Room     string

	server *Server
	token  string
	invite invitation
	client *lksdk.Room

	mu      sync.Mutex
	events  []Event
	packets map[string]int // that arrived, by whom they are of
	live    map[string]int // tracks that arrive, by whom they are of
	news    chan struct{}
	readers sync.WaitGroup
}

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

// invitation is how a guest joins.
type invitation struct {
	sources    []livekit.TrackSource
	name       string
	metadata   string
	attributes map[string]string
	kind       livekit.ParticipantInfo_Kind
	grant      auth.VideoGrant
	deaf       bool
}

// Option changes how a guest joins.
type Option func(*invitation)

// With publishes tracks of these sources at once; silence and black.
func With(sources ...livekit.TrackSource) Option {
	return func(i *invitation) { i.sources = append(i.sources, sources...) }
}

// Microphone publishes a microphone at once.
func Microphone() Option { return With(livekit.TrackSource_MICROPHONE) }

// Camera publishes a camera at once.
func Camera() Option { return With(livekit.TrackSource_CAMERA) }

// Named sets the display name.
func Named(name string) Option { return func(i *invitation) { i.name = name } }

// Metadata sets the participant's metadata.
func Metadata(text string) Option { return func(i *invitation) { i.metadata = text } }

// OfKind joins as an agent, a recorder or a caller.
func OfKind(k livekit.ParticipantInfo_Kind, attributes map[string]string) Option {
	return func(i *invitation) { i.kind, i.attributes = k, attributes }
}

// Granted changes what the token allows.
func Granted(change func(*auth.VideoGrant)) Option { return func(i *invitation) { change(&i.grant) } }

// Deaf subscribes to nothing, for large rooms.
func Deaf() Option { return func(i *invitation) { i.deaf = true } }

// Join brings a guest into a room, which is made where there is none. The guest
// leaves at the end of the test.
func Join(t testing.TB, s *Server, room, identity string, options ...Option) *Guest {
	t.Helper()
	g, err := Connect(s, room, identity, options...)
	if err != nil {
		t.Fatalf("%s cannot join %s: %v", identity, room, err)
	}
	t.Cleanup(g.Leave)
	return g
}

// Connect is Join for use outside of the test's goroutine; Leave is the caller's.
func Connect(s *Server, room, identity string, options ...Option) (*Guest, error) {
	g, err := Invite(s, room, identity, options...)
	if err != nil {
		return nil, err
	}
	return g, g.Return()
}

// Invite gives a guest a token; Return or Knock brings them in.
func Invite(s *Server, room, identity string, options ...Option) (*Guest, error) {
	i := invitation{name: identity, grant: auth.VideoGrant{RoomJoin: true, Room: room}}
	for _, o := range options {
		o(&i)
	}
	token, err := auth.NewAccessToken(s.Key, s.Secret).SetVideoGrant(&i.grant).SetIdentity(identity).
		SetName(i.name).SetMetadata(i.metadata).SetAttributes(i.attributes).SetKind(i.kind).
		SetValidFor(time.Hour).ToJWT()
	if err != nil {
		return nil, err
	}
	return &Guest{
		Identity: identity, Room: room, server: s, token: token, invite: i, news: make(chan struct{}, 1),
		packets: make(map[string]int), live: make(map[string]int),
	}, nil
}

// tries is how often a join is tried: on a busy machine one times out, or its
// media never arrives, now and then.
const tries = 3

// Return joins again with the same token.
func (g *Guest) Return() error {
	var err error
	for range tries {
		if err = g.enter(); err == nil {
			return nil
		}
		if g.client != nil {
			g.Leave()
		}
	}
	return err
}

// Knock joins with the guest's token, once, and waits for nothing more: for
// someone who is put out as soon as they are in, or before, which the client
// notices only when patience is over.
func (g *Guest) Knock(patience time.Duration) error {
	client := lksdk.NewRoom(g.callbacks())
	err := client.JoinWithToken(g.server.URL, g.token,
		lksdk.WithAutoSubscribe(!g.invite.deaf), lksdk.WithConnectTimeout(patience))
	if err != nil {
		return err
	}
	g.client = client
	return nil
}

func (g *Guest) enter() error {
	if err := g.Knock(8 * time.Second); err != nil {
		return err
	}
	for _, s := range g.invite.sources {
		if err := g.Publish(s); err != nil {
			return err
		}
	}
	return g.listed(len(g.invite.sources))
}

// listed waits until the server shows the guest with so many tracks.
func (g *Guest) listed(tracks int) error {
	ctx, cancel := context.WithTimeout(lksdk.WithFailover(context.Background(), false), patience/2)
	defer cancel()
	rooms := lksdk.NewRoomServiceClient(g.server.URL, g.server.Key, g.server.Secret)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		info, err := rooms.GetParticipant(ctx, &livekit.RoomParticipantIdentity{Room: g.Room, Identity: g.Identity})
		if err == nil && info.GetSid() == g.SID() && len(info.GetTracks()) >= tracks {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not listed with %d tracks: %w", g.Identity, tracks, ctx.Err())
		case <-again.C:
		}
	}
}

// SID is the id of the guest's connection.
func (g *Guest) SID() string { return g.client.LocalParticipant.SID() }

// Leave disconnects; one who never came in has nothing to leave.
func (g *Guest) Leave() {
	if g.client == nil {
		return
	}
	g.client.Disconnect()
	g.readers.Wait()
}

// Publish sends a track of a source. Where that is not allowed the client waits
// ten seconds and gives up.
func (g *Guest) Publish(s livekit.TrackSource) error {
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}
	if s == livekit.TrackSource_MICROPHONE || s == livekit.TrackSource_SCREEN_SHARE_AUDIO {
		codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}
	}
	track, err := lksdk.NewLocalTrack(codec)
	if err != nil {
		return err
	}
	if err := track.StartWrite(lksdk.NewNullSampleProvider(1000), nil); err != nil {
		return err
	}
	_, err = g.client.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Name: s.String(), Source: s})
	return err
}

// Permissions are those that the server last told the guest.
func (g *Guest) Permissions() *livekit.ParticipantPermission {
	return g.client.LocalParticipant.Permissions()
}

// TrackSID returns the id of the guest's own track, "" where there is none.
func (g *Guest) TrackSID(s livekit.TrackSource) string {
	if p := g.client.LocalParticipant.GetTrackPublication(s); p != nil {
		return p.SID()
	}
	return ""
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
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-again.C:
		}
	}
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
