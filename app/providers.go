package app

import (
	"context"
	"net/http"
	"time"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
)

// Types lists the types of providers: a new one is one line here.
var Types = []provider.Type{
	livekit.Type,
	realtimekit.Type,
	simulated.Type,
	twiliovideo.Type,
	twiliovoice.Type,
}

// ConfigTypes returns what the check of the configuration knows of the types.
func ConfigTypes() []config.ProviderType {
	all := make([]config.ProviderType, 0, len(Types))
	for _, t := range Types {
		described := config.ProviderType{Name: t.Name}
		for _, f := range t.Fields {
			described.Fields = append(described.Fields, config.ProviderField{
				Name: f.Name, Required: f.Required, Secret: f.Secret, Usage: f.Usage, Check: f.Check,
			})
		}
		all = append(all, described)
	}
	return all
}

func (a *App) openProviders(ctx context.Context, texts *api.Texts) error {
	metrics, err := provider.NewMetrics(a.metrics)
	if err != nil {
		return err
	}
	var clients []*provider.Client
	for _, p := range a.Config.Providers {
		for _, t := range Types {
			if t.Name != p.Type {
				continue
			}
			settings := provider.Settings{
				Name: p.Name, Values: p.Values, Log: a.log.With("provider", p.Name),
				Transport: transport(), PublicURL: a.Config.HTTP.PublicURL,
			}
			if texts != nil {
				settings.Host = func(contentType string, body []byte, keep time.Duration) (string, error) {
					return texts.Host(contentType, body, keep)
				}
			}
			driver, err := t.Open(ctx, settings)
			if err != nil {
				return err
			}
			client := provider.NewClient(p.Name, t.Name, driver, provider.WithMetrics(metrics), provider.WithLog(a.log))
			a.opened("provider "+p.Name, client.Close)
			clients = append(clients, client)
		}
	}
	a.Providers = provider.NewSet(clients...)
	return nil
}

// transport returns a transport of a provider's own, so that one that hangs
// takes no connections from another.
func transport() http.RoundTripper {
	if shared, ok := http.DefaultTransport.(*http.Transport); ok {
		return shared.Clone()
	}
	return http.DefaultTransport
}
