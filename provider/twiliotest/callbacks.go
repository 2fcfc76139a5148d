package twiliotest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's signature is made with it
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	waitingCallbacks = 256
	callbackTimeout  = 5 * time.Second
)

// callbacks sends what changed, one after the other.
type callbacks struct {
	queue chan callback
	done  sync.WaitGroup
	once  sync.Once
}

type callback struct {
	to   string
	form url.Values
}

func (c *callbacks) start(s *Server) {
	c.queue = make(chan callback, waitingCallbacks)
	c.done.Go(func() {
		for each := range c.queue {
			each.send(s.config.CallbackClient)
		}
	})
}

func (c *callbacks) stop() {
	c.once.Do(func() { close(c.queue) })
	c.done.Wait()
}

// put queues a callback; one too many is lost, as any may be.
func (c *callbacks) put(each callback) {
	select {
	case c.queue <- each:
	default:
	}
}

func (c callback) send(client *http.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), callbackTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.to, strings.NewReader(c.form.Encode()))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", Sign(AuthToken, c.to, c.form))
	if res, err := client.Do(req); err == nil {
		_ = res.Body.Close()
	}
}

// Sign makes the X-Twilio-Signature of a form that is posted to an address.
// https://www.twilio.com/docs/usage/security#validating-requests
func Sign(authToken, address string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	text := address
	for _, key := range keys {
		text += key + form.Get(key)
	}
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// tellConference queues the callback of an event in a conference.
// https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallback
func (s *Server) tellConference(c *conference, event string, p *participant, more url.Values) {
	form := url.Values{
		"AccountSid": {AccountSID}, "ConferenceSid": {c.sid}, "FriendlyName": {c.name}, "StatusCallbackEvent": {event},
		"Timestamp": {rfc2822(s.config.Now())},
	}
	if p != nil {
		form.Set("CallSid", p.call.sid)
		form.Set("Muted", flagWord(p.muted))
		form.Set("Hold", flagWord(p.hold))
		form.Set("Coaching", flagWord(p.coaching))
		form.Set("EndConferenceOnExit", flagWord(p.endsExit))
		form.Set("StartConferenceOnEnter", flagWord(p.startsOnEnter))
	}
	s.tell(c.callback, form, more)
}

// tellRoom queues the callback of an event in a video room.
// https://www.twilio.com/docs/video/api/status-callbacks
func (s *Server) tellRoom(r *room, event string, p *person) {
	form := url.Values{
		"AccountSid": {AccountSID}, "RoomSid": {r.sid}, "RoomName": {r.name}, "RoomStatus": {r.status}, "RoomType": {"group"},
		"StatusCallbackEvent": {event}, "Timestamp": {s.config.Now().UTC().Format(time.RFC3339)},
	}
	if p != nil {
		form.Set("ParticipantSid", p.sid)
		form.Set("ParticipantStatus", p.status)
		form.Set("ParticipantIdentity", p.identity)
	}
	s.tell(r.callback, form, nil)
}

func (s *Server) tell(own string, form, more url.Values) {
	for key, values := range more {
		form[key] = values
	}
	to := own
	if to == "" {
		to = s.config.Callback
	}
	if to != "" {
		s.callbacks.put(callback{to: to, form: form})
	}
}

func flagWord(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
