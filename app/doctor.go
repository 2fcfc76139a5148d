package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/bot"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/control"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store/bolt"
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
	a := &App{Config: c, log: slog.New(slog.DiscardHandler), metrics: prometheus.NewRegistry()}
	if err := a.openProviders(ctx, a.texts()); err != nil {
		return errors.Join(err, a.Close())
	}
	for _, client := range a.Providers.All() {
		each(func(ctx context.Context) []moderation.Finding {
			findings, err := client.Diagnose(ctx)
			if err != nil {
				return []moderation.Finding{moderation.Wrong("doctor.provider_down", "doctor.provider_remedy",
					"Provider", client.Name(), "Code", moderation.Say("error."+string(moderation.CodeOf(err))))}
			}
			return append([]moderation.Finding{moderation.Good("doctor.provider", "Provider", client.Name())}, findings...)
		})
	}
	told(examineCallbacks(c))
	return a.Close()
}

func examineCallbacks(c *config.Config) moderation.Finding {
	switch {
	case c.HTTP.PublicURL == "":
		return moderation.Good("doctor.no_callbacks")
	case c.HTTP.Listen == "":
		return moderation.Wrong("doctor.callbacks_off", "doctor.callbacks_remedy", "URL", moderation.Literal(c.HTTP.PublicURL))
	default:
		return moderation.Good("doctor.callbacks", "URL", moderation.Literal(c.HTTP.PublicURL+"/webhooks/"))
	}
}

// examineStore verifies the audit record, by the running bot where there is one.
func examineStore(ctx context.Context, c *config.Config) []moderation.Finding {
	verify := func() (audit.Result, error) {
		client, err := control.Dial(ctx, control.Path(c.Store.Path))
		if err == nil {
			defer func() { _ = client.Close() }() // it was only read
			return client.Verify(ctx)
		}
		if !errors.Is(err, control.ErrNobody) {
			return audit.Result{}, err
		}
		s, err := bolt.Open(ctx, c.Store.Path)
		if err != nil {
			return audit.Result{}, err
		}
		result, err := audit.Verify(ctx, s)
		return result, errors.Join(err, s.Close())
	}
	result, err := verify()
	path := moderation.Literal(c.Store.Path)
	switch {
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
