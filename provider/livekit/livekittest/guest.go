package livekittest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

// patience is how long a guest waits for what must come: it is for what hangs,
// not for a busy machine.
const patience = time.Minute

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

// tries is how often a join is tried, each in twice the time of the one before:
// on a busy machine one times out, or its media never arrives, now and then.
const tries = 4

// Return joins again with the same token.
func (g *Guest) Return() error {
	var err error
	for try := range tries {
		if err = g.enter(patience / 4 << try); err == nil {
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

func (g *Guest) enter(within time.Duration) error {
	if err := g.Knock(within); err != nil {
		return err
	}
	for _, s := range g.invite.sources {
		if err := g.Publish(s); err != nil {
			return err
		}
	}
	return g.listed(len(g.invite.sources), within)
}

// listed waits until the server shows the guest with so many tracks.
func (g *Guest) listed(tracks int, within time.Duration) error {
	ctx, cancel := context.WithTimeout(lksdk.WithFailover(context.Background(), false), within)
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

// Name and Metadata are those that the server last told the guest of itself.
func (g *Guest) Name() string     { return g.client.LocalParticipant.Name() }
func (g *Guest) Metadata() string { return g.client.LocalParticipant.Metadata() }

// Attribute returns one of the guest's own attributes, as the server last told it.
func (g *Guest) Attribute(name string) string { return g.client.LocalParticipant.Attributes()[name] }
