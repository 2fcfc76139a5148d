// Package app wires roomwarden together: it opens the store and the providers,
// starts the services, and stops them in reverse order.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/internal/idle"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
	"github.com/roomwarden/roomwarden/store/bolt"
	"github.com/roomwarden/roomwarden/words"
)

// App is roomwarden, opened and not yet running.
type App struct {
	Config    *config.Config
	Store     *bolt.Store
	Providers *provider.Set
	Service   *commands.Service
	Bot       *bot.Bot

	log      *slog.Logger
	metrics  *prometheus.Registry
	control  *control.Server
	server   *api.Server
	listener net.Listener
	closers  []closer
}

// closer frees one thing; its name stands in the log.
type closer struct {
	name  string
	close func() error
}

// Open opens everything that the configuration names. A provider that cannot be
// reached does not hinder it. Run or Close what it returns.
func Open(ctx context.Context, c *config.Config, log *slog.Logger) (*App, error) {
	a := &App{Config: c, log: log, metrics: prometheus.NewRegistry()}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	c := a.Config
	said, texts, err := a.openParts(ctx)
	if err != nil {
		return err
	}
	link := slackOf(c)
	link.Store, link.Words, link.Log, link.Metrics = a.Store, said, a.log, a.metrics
	a.Bot, err = bot.New(link)
	if err != nil {
		return err
	}
	a.Service = commands.New(a.commandsConfig(said, a.Bot.Directory(), a.Bot.Posted))
	a.Bot.Service = a.Service
	a.control, err = control.Listen(control.Path(c.Store.Path), control.Local{Service: a.Service, Store: a.Store}, a.log)
	if err != nil {
		return err
	}
	a.opened("control", a.control.Close)
	return a.openServer(ctx, texts)
}

// OpenLocal opens the store, the providers and the commands for the command
// line, without Slack. Close what it returns.
func OpenLocal(ctx context.Context, c *config.Config, log *slog.Logger) (*App, error) {
	a := &App{Config: c, log: log, metrics: prometheus.NewRegistry()}
	said, _, err := a.openParts(ctx)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.Service = commands.New(a.commandsConfig(said, nobody{}, nil))
	return a, nil
}

// openParts opens what both the bot and the command line need.
func (a *App) openParts(ctx context.Context) (*words.Printer, *api.Texts, error) {
	c := a.Config
	said, err := words.Load(c.Language)
	if err != nil {
		return nil, nil, moderation.Fault(moderation.CodeInvalid, "app.language", "Language", moderation.Literal(c.Language), "Known", words.Languages()).Because(err)
	}
	if a.Store, err = bolt.Open(ctx, c.Store.Path); err != nil {
		return nil, nil, err
	}
	a.opened("store", a.Store.Close)
	texts := a.texts()
	if err := a.openProviders(ctx, texts); err != nil {
		return nil, nil, err
	}
	return said, texts, nil
}

func (a *App) commandsConfig(said *words.Printer, directory commands.Directory, posted func()) commands.Config {
	return commands.Config{
		Store: a.Store, Providers: a.Providers, Directory: directory, Words: said, Log: a.log, Metrics: a.metrics,
		Rules: rules(a.Config), AuditChannels: auditChannels(a.Config),
		RequestsChannel: a.Config.Slack.RequestsChannel, Posted: posted,
	}
}

func (a *App) opened(name string, close func() error) {
	a.closers = append(a.closers, closer{name, close})
}

// Close frees what was opened, the last first.
func (a *App) Close() error {
	var all []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i].close(); err != nil {
			all = append(all, fmt.Errorf("close %s: %w", a.closers[i].name, err))
		}
	}
	a.closers = nil
	return errors.Join(all...)
}

func (a *App) texts() *api.Texts {
	if a.Config.HTTP.Listen == "" || a.Config.HTTP.PublicURL == "" {
		return nil
	}
	return api.NewTexts(a.Config.HTTP.PublicURL)
}

func (a *App) openServer(ctx context.Context, texts *api.Texts) error {
	if a.Config.HTTP.Listen == "" {
		return nil
	}
	a.server = api.New(api.Config{
		Listen: a.Config.HTTP.Listen, Log: a.log, Metrics: a.metrics, Providers: a.Providers, Hint: a.hint, Texts: texts,
		Ready: []api.Condition{
			{Name: "slack", Check: func(context.Context) string {
				if ok, why := a.Bot.Ready(); !ok {
					return why
				}
				return ""
			}},
			{Name: "store", Check: a.storeWritable},
		},
		Notes: []api.Condition{{Name: "audit", Check: func(context.Context) string {
			if ok, why := a.Bot.Ready(); ok {
				return why
			}
			return ""
		}}},
	})
	listener, err := a.server.Open(ctx)
	if err != nil && a.Config.HTTP.ListenByDefault {
		a.log.WarnContext(ctx, "no health, metrics and callbacks: the default address is taken", "listen", a.Config.HTTP.Listen)
		a.server = nil
		return nil
	}
	if err != nil {
		return err
	}
	a.listener = listener
	a.log.InfoContext(ctx, "HTTP is up", "listen", listener.Addr().String())
	return nil
}

// hint passes on that a provider's callback spoke of a room.
func (a *App) hint(providerName, room string) {
	a.Service.Hint(providerName, room)
	a.Bot.Hint(providerName, room)
}

func (a *App) storeWritable(ctx context.Context) string {
	err := a.Store.Update(ctx, func(tx store.Tx) error {
		return tx.PutDocument("health", "ready", []byte("{}"))
	})
	if err != nil {
		return "the store cannot be written"
	}
	return ""
}

// settled is when what only the start needed is given back.
const settled = 2 * time.Second

// drain is how long everything may take to stop: whoever sent SIGTERM sees the
// program gone within ten seconds.
const drain = 9 * time.Second

// Run runs every service until ctx ends or one of them fails, then stops them:
// what was accepted is finished or kept for the next start. It takes at most nine
// seconds to stop and closes the App, unless something has not stopped by then.
func (a *App) Run(ctx context.Context) error {
	group, running := errgroup.WithContext(ctx)
	service := func(name string, run func(context.Context) error) {
		group.Go(func() error {
			err := run(running)
			if err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("%s: %w", name, err)
			}
			a.log.DebugContext(ctx, "stopped", "service", name)
			return nil
		})
	}
	// The commands go on until the bot has finished what it accepted.
	acting, rest := context.WithCancel(context.WithoutCancel(ctx))
	defer rest()
	service("commands", func(context.Context) error { return a.Service.Run(acting) })
	service("slack", func(ctx context.Context) error {
		defer rest()
		return a.Bot.Run(ctx)
	})
	service("control", a.control.Run)
	service("providers", a.Providers.Run)
	if a.server != nil {
		service("http", func(ctx context.Context) error { return a.server.Serve(ctx, a.listener) })
	}
	service("memory", func(ctx context.Context) error {
		select {
		case <-time.After(settled):
			idle.Shrink()
		case <-ctx.Done():
		}
		return nil
	})
	stopped, err := a.await(running, group)
	if !stopped {
		return err
	}
	return errors.Join(err, a.Close())
}

// await waits until every service has ended and returns why; once they are to
// stop, no longer than drain, and then the fault is the one that stopped them.
func (a *App) await(running context.Context, group *errgroup.Group) (stopped bool, err error) {
	finished := make(chan error, 1)
	go func() { finished <- group.Wait() }()
	select {
	case err = <-finished:
		return true, err
	case <-running.Done():
	}
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case err = <-finished:
		return true, err
	case <-timer.C:
		a.log.WarnContext(running, "stopping took too long; what is not finished is on disk and is settled by the next start")
		if cause := context.Cause(running); !errors.Is(cause, context.Canceled) {
			return false, cause
		}
		return false, nil
	}
}
