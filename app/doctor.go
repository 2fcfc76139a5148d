package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// examineWithin bounds the doctor's look at one thing.
const examineWithin = 20 * time.Second

// Examine looks at everything that a configuration needs: Slack, the store, the
// providers and where they call back. It works beside a running bot and changes
// nothing; told is called with each finding as soon as there is one.
func Examine(ctx context.Context, c *config.Config, told func(moderation.Finding)) error {
	each := func(look func(context.Context) []moderation.Finding) {
		within, cancel := context.WithTimeout(ctx, examineWithin)
		defer cancel()
		for _, f := range look(within) {
			told(f)
		}
	}
	each(func(ctx context.Context) []moderation.Finding { return bot.Examine(ctx, slackOf(c), channelsOf(c)) })
	each(func(ctx context.Context) []moderation.Finding { return examineStore(ctx, c) })
	metrics, err := provider.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		return err
	}
	a := &App{Config: c, log: slog.New(slog.DiscardHandler)}
	for _, p := range c.Providers {
		each(func(ctx context.Context) []moderation.Finding { return a.examineProvider(ctx, p, metrics) })
	}
	each(func(ctx context.Context) []moderation.Finding { return []moderation.Finding{examineCallbacks(ctx, c)} })
	return a.Close()
}

// examineProvider opens a provider and asks it.
func (a *App) examineProvider(ctx context.Context, p config.Provider, metrics *provider.Metrics) []moderation.Finding {
	wrong := func(err error) []moderation.Finding {
		says := moderation.Say("error." + string(moderation.CodeOf(err)))
		var fault *moderation.Error
		if errors.As(err, &fault) && !fault.Says.IsZero() {
			says = fault.Says
		}
		return []moderation.Finding{moderation.Wrong("doctor.provider_down", "doctor.provider_remedy", "Provider", p.Name, "Code", says)}
	}
	client, err := a.openProvider(ctx, p, metrics, a.texts())
	if err != nil {
		return wrong(err)
	}
	findings, err := client.Diagnose(ctx)
	if err != nil {
		return wrong(err)
	}
	return append([]moderation.Finding{moderation.Good("doctor.provider", "Provider", client.Name())}, findings...)
}

// examineCallbacks calls back as a provider would. Where no bot runs, it answers
// itself meanwhile.
func examineCallbacks(ctx context.Context, c *config.Config) moderation.Finding {
	public := moderation.Literal(config.Redact(c.HTTP.PublicURL) + "/webhooks/")
	switch {
	case c.HTTP.PublicURL == "":
		return moderation.Good("doctor.no_callbacks")
	case c.HTTP.Listen == "":
		return moderation.Wrong("doctor.callbacks_off", "doctor.callbacks_remedy", "URL", public)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.HTTP.Listen)
	if err == nil {
		defer api.Stand(listener)()
	}
	if err == nil || errors.Is(err, syscall.EADDRINUSE) {
		err = api.Reach(ctx, c.HTTP.PublicURL)
	}
	if err != nil {
		return moderation.Wrong("doctor.callbacks_astray", "doctor.callbacks_astray_remedy",
			"URL", public, "Listen", moderation.Literal(c.HTTP.Listen), "Error", err.Error())
	}
	return moderation.Good("doctor.callbacks", "URL", public)
}

// examineStore verifies the audit record.
func examineStore(ctx context.Context, c *config.Config) []moderation.Finding {
	result, err := Verify(ctx, c)
	path := moderation.Literal(c.Store.Path)
	var told *moderation.Error
	switch {
	case errors.As(err, &told) && !told.Says.IsZero():
		return []moderation.Finding{{Says: moderation.Say("doctor.store_unusable", "Path", path), Remedy: told.Says}}
	case err != nil:
		return []moderation.Finding{moderation.Wrong("doctor.store_unread", "doctor.store_remedy", "Path", path, "Error", err.Error())}
	case result.Fault != nil:
		return []moderation.Finding{moderation.Wrong("doctor.store_fault", "doctor.store_fault_remedy", "Path", path)}
	default:
		return []moderation.Finding{moderation.Good("doctor.store", "Path", path, "Records", result.Records)}
	}
}

func channelsOf(c *config.Config) []string {
	all := []string{c.Slack.AuditChannel}
	for _, r := range c.Slack.AuditRoutes {
		all = append(all, r.Channel)
	}
	return distinct(append(all, c.Slack.RequestsChannel))
}
