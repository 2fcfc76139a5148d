package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/app"
	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/words"
)

// Options say how the demo runs.
type Options struct {
	// Listen is where the page is served.
	Listen string
	// Data is a folder that keeps the state from one start to the next; a
	// temporary one where it is empty.
	Data string
	// Config is a configuration whose providers, rules and language are used
	// beside the simulated rooms; empty: none.
	Config string
	// Clouds adds stand-ins for Twilio and RealtimeKit, with a conference, video
	// rooms and meetings.
	Clouds bool
	// Activity is what the people in the simulated rooms do by themselves.
	Activity simulated.Activity
	Log      *slog.Logger // where nil: none
	// Ready is told the page's address once everything is up; may be nil.
	Ready func(address string)
}

// linkWithin bounds how long the bot may take to link to the stand-in.
const linkWithin = 20 * time.Second

// Demo is a workspace with the real bot in it, up and running.
type Demo struct {
	Slack *slack.Server
	Rooms *simulated.Driver

	clouds  clouds
	options Options
	said    *words.Printer
	folder  string // to remove at the end; empty where it is kept
	app     *app.App
	stop    context.CancelFunc
	stopped chan error
	fresh   bool // no earlier start left its state
}

// Open brings up the stand-in and the bot, and waits until they are linked.
// Close what it returns.
func Open(ctx context.Context, o Options) (d *Demo, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d = &Demo{options: o, fresh: true, stopped: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	folder := o.Data
	if folder == "" {
		if folder, err = os.MkdirTemp("", "roomwarden-demo-"); err != nil {
			return d, err
		}
		d.folder = folder
	} else if err = os.MkdirAll(folder, 0o700); err != nil {
		return d, err
	}
	var own *config.Config
	if o.Config != "" {
		if own, err = config.Load(o.Config, app.Known(), "slack", "owners", "store", "http"); err != nil {
			return d, err
		}
	}
	language := "en"
	if own != nil {
		language = own.Language
	}
	if d.said, err = words.Load(language); err != nil {
		return d, err
	}
	if err = d.openSlack(folder); err != nil {
		return d, err
	}
	if o.Clouds {
		if err = d.clouds.open(ctx); err != nil {
			return d, err
		}
	}
	c, err := d.config(folder, own)
	if err != nil {
		return d, err
	}
	return d, d.start(ctx, c)
}

// workspaceFile keeps the stand-in's state.
const workspaceFile = "workspace.json"

func (d *Demo) openSlack(folder string) error {
	o := slack.Options{Workspace: workspace(d.said), PostRate: -1, Log: d.options.Log}
	saved, err := slack.LoadFile(filepath.Join(folder, workspaceFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	default:
		o.Saved, d.fresh = saved, false
	}
	d.Slack, err = slack.Start(o)
	return err
}

// workspace has two channels and the four people whom a visitor may be.
func workspace(said *words.Printer) slack.Workspace {
	sample := slack.Sample()
	w := slack.Workspace{TeamID: sample.TeamID, Name: sample.Name}
	for _, u := range sample.Users {
		switch u.ID {
		case slack.BotUser, slack.Olive, slack.Mo, slack.Vera, slack.Gus:
			w.Users = append(w.Users, u)
		}
	}
	everyone := []string{slack.BotUser, slack.Olive, slack.Mo, slack.Vera, slack.Gus}
	w.Channels = []slack.Channel{
		{ID: slack.Moderation, Name: "moderation", Members: everyone},
		{ID: slack.Audit, Name: "audit", Private: true, Members: []string{slack.BotUser, slack.Olive, slack.Mo}},
	}
	for _, c := range bot.Manifest(commands.Table(), said).Features.SlashCommands {
		w.Commands = append(w.Commands, slack.Command{Command: c.Command, Description: c.Description, UsageHint: c.UsageHint})
	}
	return w
}

// seed is what the people in the rooms do by: others come and go from the first
// seconds on, and Chaos, whom the page and the README speak of, stays.
const seed = 1146

// simulatedName is the simulated provider's name.
const simulatedName = "sim"

// config makes the bot's configuration: the workspace, the simulated rooms, and
// from a file of the user's its providers and rules.
func (d *Demo) config(folder string, own *config.Config) (*config.Config, error) {
	journal := ""
	if d.options.Data != "" {
		journal = fmt.Sprintf(", journal: %q", filepath.Join(folder, "rooms.jsonl"))
	}
	appToken, botToken := d.Slack.Tokens()
	text := fmt.Sprintf(`slack: {app_token: %q, bot_token: %q, api_url: %q, audit_channel: %s, requests_channel: %s, audit_rate: 20}
owners: [%s]
store: "bolt://%s"
http: {listen: ""}
providers:
  - {name: %s, type: simulated, seed: %d, activity: %q, reopen: 45s%s}
`, appToken, botToken, d.Slack.APIURL(), slack.Audit, slack.Moderation, slack.Olive,
		filepath.Join(folder, "roomwarden.db"), simulatedName, seed, d.options.Activity, journal)
	c, err := config.Parse("demo.yaml", []byte(text), app.Known(), func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	standIns := d.clouds.providers()
	if own == nil {
		c.Providers = append(c.Providers, standIns...)
		return c, nil
	}
	named := map[string]bool{}
	for _, p := range own.Providers {
		switch {
		case p.Name != simulatedName:
			named[p.Name] = true
			c.Providers = append(c.Providers, p)
		case p.Type != simulated.Type.Name:
			return nil, moderation.Fault(moderation.CodeInvalid, "demo.taken", "Name", moderation.Literal(simulatedName))
		}
	}
	for _, p := range standIns {
		if !named[p.Name] { // the user's own stands for itself
			c.Providers = append(c.Providers, p)
		}
	}
	c.Moderation, c.Privacy, c.Protect, c.Language = own.Moderation, own.Privacy, own.Protect, own.Language
	return c, nil
}

func (d *Demo) start(ctx context.Context, c *config.Config) error {
	var err error
	if d.app, err = app.Open(ctx, c, d.options.Log); err != nil {
		return err
	}
	client, ok := d.app.Providers.Get(simulatedName)
	if !ok {
		return errors.New("the simulated rooms are not there")
	}
	if d.Rooms, ok = client.Driver().(*simulated.Driver); !ok {
		return errors.New("the simulated rooms are of another kind")
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	go func() { d.stopped <- d.app.Run(running) }()
	wait, cancel := context.WithTimeout(ctx, linkWithin)
	defer cancel()
	linked := make(chan error, 1)
	go func() { linked <- d.Slack.AwaitConnections(wait, 1) }()
	select {
	case err = <-linked:
		return err
	case err = <-d.stopped:
		cancel()
		d.stopped <- err
		return errors.Join(err, <-linked)
	}
}

// Close stops the bot, which finishes what it has accepted, then the stand-in,
// and keeps or removes the state.
func (d *Demo) Close() error {
	var all []error
	switch {
	case d.stop != nil:
		d.stop()
		if err := <-d.stopped; err != nil && !errors.Is(err, context.Canceled) {
			all = append(all, err)
		}
	case d.app != nil:
		all = append(all, d.app.Close())
	}
	all = append(all, d.clouds.close())
	if d.Slack != nil {
		d.Slack.Close()
		if d.options.Data != "" {
			all = append(all, d.Slack.SaveFile(filepath.Join(d.options.Data, workspaceFile)))
		}
	}
	if d.folder != "" {
		all = append(all, os.RemoveAll(d.folder))
	}
	return errors.Join(all...)
}

// grants are what the owner gives in a new workspace.
var grants = []struct{ words, preset string }{
	{"grant @mo moderator *", "moderator"}, {"grant @vera viewer *", "viewer"},
}

// Furnish lets the owner give the others their roles, as one would at first. A
// workspace that was kept has them already.
func (d *Demo) Furnish(ctx context.Context) error {
	if !d.fresh {
		return nil
	}
	for _, g := range grants {
		reply, err := d.Slack.As(slack.Olive).Command(ctx, "/room-role", g.words, slack.Moderation)
		if err != nil {
			return err
		}
		if _, err := reply.Await(ctx, slack.Contains(g.preset)); err != nil {
			return err
		}
	}
	return nil
}

// Run serves the workspace as a page until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return moderation.Fault(moderation.CodeInvalid, "demo.listen", "Address", moderation.Literal(o.Listen)).Because(err)
	}
	d, err := Open(ctx, o)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Furnish(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	if o.Ready != nil {
		o.Ready("http://" + listener.Addr().String())
	}
	return d.Serve(ctx, listener)
}

// Serve serves the page until ctx ends or the bot stops by itself. It closes
// the listener.
func (d *Demo) Serve(ctx context.Context, listener net.Listener) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	c := newCast(d.Rooms)
	elsewhere, err := d.lookout(ctx)
	defer elsewhere.close()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		Handler:           newPage(d.Slack, c, listener.Addr().String(), d.options.Log),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return serving },
		ErrorLog:          slog.NewLogLogger(d.options.Log.Handler(), slog.LevelDebug),
	}
	var watching sync.WaitGroup
	watching.Go(func() { c.watch(serving) })
	watching.Go(func() { elsewhere.run(serving, c) })
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- http.ErrServerClosed
	case err = <-d.stopped:
		d.stopped <- err
	}
	stop()
	_ = server.Close()
	if failed := <-served; err == nil && !errors.Is(failed, http.ErrServerClosed) {
		err = failed
	}
	watching.Wait()
	return err
}
