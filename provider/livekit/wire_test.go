package livekit_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// wire answers in the place of LiveKit Cloud and of LiveKit's SIP service, which
// no test here reaches, and keeps what was sent.
type wire struct {
	answers map[string]reply // by method

	mu   sync.Mutex
	sent []sent
}

type reply struct {
	status  int // 0: 200 with message
	body    string
	message proto.Message
}

type sent struct {
	host, method string
	body         []byte
}

// stretch puts a wire where every client that is made during the test sends to.
// Such a test runs beside no other.
func stretch(t *testing.T, answers map[string]reply) *wire {
	t.Helper()
	w := &wire{answers: answers}
	before := http.DefaultTransport
	http.DefaultTransport = w
	t.Cleanup(func() { http.DefaultTransport = before })
	return w
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	method := path.Base(r.URL.Path)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, sent{r.URL.Host, method, body})
	answer := w.answers[method]
	header := http.Header{"Content-Type": {"application/json"}}
	if answer.status == 0 {
		answer.status = http.StatusOK
		header.Set("Content-Type", "application/protobuf")
		text, err := proto.Marshal(answer.message)
		if err != nil {
			return nil, err
		}
		answer.body = string(text)
	}
	return &http.Response{
		StatusCode: answer.status, Status: http.StatusText(answer.status), Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(answer.body)), ContentLength: int64(len(answer.body)),
	}, nil
}

// last reads the last request of a method into message, and returns how many there were.
func (w *wire) last(t *testing.T, method string, message proto.Message) (times int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		if s.method != method {
			continue
		}
		times++
		if err := proto.Unmarshal(bytes.Clone(s.body), message); err != nil {
			t.Fatal(err)
		}
	}
	return times
}

const cloudURL = "wss://project.livekit.cloud"

// On Cloud a kick revokes the token, and nobody waits for other regions.
func TestOnCloud(t *testing.T) {
	alice := &lk.ParticipantInfo{Identity: "alice", Sid: "PA_1", State: lk.ParticipantInfo_ACTIVE}
	w := stretch(t, map[string]reply{
		"GetParticipant": {message: alice}, "RemoveParticipant": {message: &lk.RemoveParticipantResponse{}},
	})
	d := provider.NewClient("cloud", "livekit", open(t, cloudURL, nil))
	room := moderation.Room{ID: "standup", Name: "standup"}
	if s := d.Capabilities(room)[moderation.CanBan]; s.Says.Key != "livekit.ban_on_cloud" {
		t.Errorf("a ban says %q", s.Says.Key)
	}
	kick := provider.Order{Action: moderation.ActionKick, Room: room, Participant: moderation.Participant{Identity: "alice", ID: "PA_1"}}
	began := time.Now().Unix()
	effect, err := d.Act(t.Context(), kick)
	if err != nil || says(effect) != "livekit.token_revoked" {
		t.Errorf("says %q, %v", says(effect), err)
	}
	var asked lk.RoomParticipantIdentity
	w.last(t, "RemoveParticipant", &asked)
	if asked.GetRoom() != "standup" || asked.GetIdentity() != "alice" || asked.GetRevokeTokenTs() < began || asked.GetRevokeTokenTs() > time.Now().Unix() {
		t.Errorf("sent %v", &asked)
	}

	w.answers["RemoveParticipant"] = reply{status: 500, body: `{"code":"internal","msg":"no"}`}
	before := w.last(t, "RemoveParticipant", &asked)
	if _, err := d.Act(t.Context(), kick); moderation.CodeOf(err) != moderation.CodeOutcomeUnknown {
		t.Errorf("a failure: %v", err)
	}
	if n := w.last(t, "RemoveParticipant", &asked) - before; n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	for _, s := range w.sent {
		if s.host != "project.livekit.cloud" || s.method == "regions" {
			t.Errorf("%s was asked of %s", s.method, s.host)
		}
	}

	// Cloud's quota is one for the project: it may be used up by others.
	for _, body := range []string{`{"code":"resource_exhausted","msg":"too many requests"}`, "slow down"} {
		w.answers["RemoveParticipant"] = reply{status: http.StatusTooManyRequests, body: body}
		_, err := d.Act(t.Context(), kick)
		var limited *moderation.Error
		if !errors.As(err, &limited) || limited.Code != moderation.CodeRateLimited || strings.Contains(limited.Error(), "eyJ") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// What is asked of LiveKit's SIP service is what was typed.
func TestDialledCall(t *testing.T) {
	w := stretch(t, map[string]reply{"CreateSIPParticipant": {message: &lk.SIPParticipantInfo{
		ParticipantIdentity: "customer", ParticipantId: "PA_9", RoomName: "support", SipCallId: "SCL_1",
	}}})
	d := provider.NewClient("live", "livekit", open(t, cloudURL, map[string]string{"sip_trunk": "ST_out"}))
	dial := provider.Order{
		Action: moderation.ActionDial, Room: moderation.Room{ID: "support", Name: "support"}, Number: "+16175551212", Label: "customer",
		Options: map[string]string{"timeout": "30", "time_limit": "600", "play_dialtone": "true", "send_digits": "1w2#"},
	}
	effect, err := d.Act(t.Context(), dial)
	if err != nil {
		t.Fatal(err)
	}
	if p := effect.Participant; p.Identity != "customer" || p.ID != "PA_9" || p.Number != dial.Number || p.Kind != moderation.Phone {
		t.Errorf("called %+v", p)
	}
	var asked lk.CreateSIPParticipantRequest
	w.last(t, "CreateSIPParticipant", &asked)
	want := &lk.CreateSIPParticipantRequest{
		SipTrunkId: "ST_out", SipCallTo: "+16175551212", RoomName: "support", ParticipantIdentity: "customer", ParticipantName: "customer",
		PlayDialtone: true, Dtmf: "1w2#", RingingTimeout: durationpb.New(30 * time.Second), MaxCallDuration: durationpb.New(10 * time.Minute),
	}
	if diff := cmp.Diff(want, &asked, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}

	w.sent = nil
	for _, wrong := range []struct {
		number  string
		options map[string]string
	}{
		{"6175551212", nil},
		{"+0123456789", nil},
		{"sip:nobody", nil},
		{"client:ann", nil},
		{"", nil},
		{dial.Number, map[string]string{"timeout": "4"}},
		{dial.Number, map[string]string{"timeout": "81"}},
		{dial.Number, map[string]string{"time_limit": "0"}},
		{dial.Number, map[string]string{"time_limit": "a day"}},
		{dial.Number, map[string]string{"play_dialtone": "yes"}},
		{dial.Number, map[string]string{"send_digits": "12x"}},
		{dial.Number, map[string]string{"record": "true"}},
	} {
		o := dial
		o.Number, o.Options = wrong.number, wrong.options
		if err := d.CheckOrder(o); moderation.CodeOf(err) != moderation.CodeInvalid {
			t.Errorf("%q %v: %v", wrong.number, wrong.options, err)
		}
		if _, err := d.Act(t.Context(), o); moderation.CodeOf(err) != moderation.CodeInvalid {
			t.Errorf("%q %v is sent: %v", wrong.number, wrong.options, err)
		}
	}
	if len(w.sent) != 0 {
		t.Errorf("sent %+v", w.sent)
	}
}
