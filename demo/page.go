package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/demo/web"
)

// policy lets the page load and reach nothing but its own server.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// redrawEvery bounds how often a page is sent what changed.
const redrawEvery = 60 * time.Millisecond

// actWithin bounds one thing that someone does on the page.
const actWithin = 10 * time.Second

// Page serves the workspace in the browser: what a person sees, live, and what
// they do in it. All of it goes through the stand-in, so that the bot behind it
// works as it does in Slack.
type Page struct {
	slack *slack.Server
	cast  *cast
	files http.Handler
	log   *slog.Logger
	local bool // reached by this machine's own names alone
}

func newPage(s *slack.Server, c *cast, listen string, log *slog.Logger) *Page {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return &Page{
		slack: s, cast: c, log: log, files: http.FileServerFS(web.Files()),
		local: err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback())),
	}
}

// ServeHTTP serves the page, its events and what is done on it.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.trusted(r) {
		http.Error(w, "this page is for this machine alone", http.StatusForbidden)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	switch name, api := strings.CutPrefix(r.URL.Path, "/api/"); {
	case !api:
		p.files.ServeHTTP(w, r)
	case name == "events" && r.Method == http.MethodGet:
		p.events(w, r)
	case r.Method == http.MethodPost:
		p.act(w, r, name)
	default:
		http.NotFound(w, r)
	}
}

// trusted keeps other sites' pages out: a name that points here (DNS
// rebinding), and a request that comes from elsewhere.
func (p *Page) trusted(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if p.local && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "http://"+r.Host || origin == "https://"+r.Host
}

// events sends the page all that its person sees, again at each change.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	me := r.URL.Query().Get("as")
	if !p.cast.plays(me) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	p.cast.watching(1)
	defer p.cast.watching(-1)
	var last string
	for {
		next, staged := p.slack.Changed(), p.cast.changed()
		shown, err := json.Marshal(p.snapshot(me))
		if err != nil {
			p.log.Error("the page cannot be drawn", "error", err)
			return
		}
		if now := string(shown); now != last {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", shown); err != nil {
				return
			}
			last = now
			if out.Flush() != nil {
				return
			}
		}
		select {
		case <-next:
		case <-staged:
		case <-r.Context().Done():
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// deed is what someone does on the page.
type deed struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	Text    string `json:"text"`
	// Where an action happens: a message of a channel, or a view.
	TS       string         `json:"ts"`
	View     string         `json:"view"`
	BlockID  string         `json:"block_id"`
	ActionID string         `json:"action_id"`
	State    map[string]any `json:"state"`
	Values   map[string]any `json:"values"`
	// Of the stage.
	Room     string `json:"room"`
	Identity string `json:"identity"`
}

// act does one deed and answers with what went wrong, or with options.
func (p *Page) act(w http.ResponseWriter, r *http.Request, name string) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, "JSON is wanted", http.StatusUnsupportedMediaType)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	var d deed
	if err == nil {
		err = json.Unmarshal(raw, &d)
	}
	if err != nil || !p.cast.plays(d.As) {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), actWithin)
	defer cancel()
	answer, err := p.do(ctx, name, d)
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		answer = map[string]any{"fault": fault(err)}
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		p.log.Debug("an answer did not reach the page", "error", err)
	}
}

// fault names an error for the page, which has the words for it.
func fault(err error) string {
	switch {
	case errors.Is(err, slack.ErrDispatchFailed):
		return "dispatch_failed"
	case errors.Is(err, slack.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "operation_timeout"
	case errors.Is(err, slack.ErrNoSuchElement), errors.Is(err, errGone):
		return "gone"
	default:
		return err.Error()
	}
}

var errGone = errors.New("it is no longer there")

func (p *Page) do(ctx context.Context, name string, d deed) (map[string]any, error) {
	person := p.slack.As(d.As)
	switch name {
	case "say":
		return nil, p.say(ctx, person, d)
	case "action":
		on, err := p.screen(person, d)
		if err != nil {
			return nil, err
		}
		_, err = person.Act(ctx, on, d.BlockID, d.ActionID, d.State, d.Values)
		return nil, err
	case "suggest":
		on, err := p.screen(person, d)
		if err != nil {
			return nil, err
		}
		options, err := person.SuggestWith(ctx, on, d.BlockID, d.ActionID, d.Text, d.Values)
		return map[string]any{"options": options}, err
	case "submit":
		on, err := p.screen(person, d)
		if err != nil {
			return nil, err
		}
		view, ok := on.(slack.View)
		if !ok {
			return nil, errGone
		}
		_, err = person.SubmitState(ctx, view, d.Values)
		return nil, err
	case "dismiss":
		person.Dismiss()
		return nil, nil
	case "home":
		return nil, person.OpenHome(ctx)
	case "return":
		p.cast.bringBack(d.Room, d.Identity)
		return nil, nil
	default:
		return nil, errGone
	}
}

// say types something in a channel: a slash command goes to the bot.
func (p *Page) say(ctx context.Context, person *slack.Person, d deed) error {
	text := strings.TrimSpace(d.Text)
	if !strings.HasPrefix(text, "/") {
		return person.Say(d.Channel, text)
	}
	command, words, _ := strings.Cut(text, " ")
	_, err := person.Command(ctx, command, strings.TrimSpace(words), d.Channel)
	return err
}

// screen finds what a deed acts on as the person sees it now.
func (p *Page) screen(person *slack.Person, d deed) (slack.Screen, error) {
	if d.View != "" {
		for _, v := range person.Modals() {
			if v.ID == d.View {
				return v, nil
			}
		}
		if home, ok := person.Home(); ok && home.ID == d.View {
			return home, nil
		}
		return nil, errGone
	}
	for _, m := range person.Sees(d.Channel) {
		if m.TS == d.TS {
			return m, nil
		}
	}
	return nil, errGone
}
