package app

import (
	"context"
	"net/http"
	"slices"

	"github.com/roomwarden/roomwarden/api"
	"github.com/roomwarden/roomwarden/config"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/livekit"
	"github.com/roomwarden/roomwarden/provider/realtimekit"
	"github.com/roomwarden/roomwarden/provider/simulated"
	"github.com/roomwarden/roomwarden/provider/twiliovideo"
	"github.com/roomwarden/roomwarden/provider/twiliovoice"
	"github.com/roomwarden/roomwarden/words"
)

// Types lists the types of providers: a new one is one line here.
var Types = []provider.Type{
	livekit.Type,
	realtimekit.Type,
	simulated.Type,
	twiliovideo.Type,
	twiliovoice.Type,
}

// Known returns what the check of the configuration goes by.
func Known() config.Known {
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
	return config.Known{Types: all, Languages: words.Languages()}
}

func (a *App) openProviders(ctx context.Context, texts *api.Texts) error {
	metrics, err := provider.NewMetrics(a.metrics)
	if err != nil {
		return err
	}
	var clients []*provider.Client
	for _, p := range a.Config.Providers {
		client, err := a.openProvider(ctx, p, metrics, texts)
		if err != nil {
			return err
		}
		clients = append(clients, client)
	}
	a.Providers = provider.NewSet(clients...)
	return nil
}

// openProvider opens one provider, of a type that the check of the configuration
// has found among Types.
func (a *App) openProvider(ctx context.Context, p config.Provider, metrics *provider.Metrics, texts *api.Texts) (*provider.Client, error) {
	i := slices.IndexFunc(Types, func(t provider.Type) bool { return t.Name == p.Type })
	if i < 0 {
		return nil, moderation.Errorf(moderation.CodeInvalid, "%q is no type of provider", p.Type)
	}
	settings := provider.Settings{
		Name: p.Name, Values: p.Values, Log: a.log.With("provider", p.Name),
		Transport: transport(), PublicURL: a.Config.HTTP.PublicURL,
	}
	if texts != nil {
		settings.Host = texts.Host
	}
	driver, err := Types[i].Open(ctx, settings)
	if err != nil {
		return nil, err
	}
	client := provider.NewClient(p.Name, p.Type, driver, provider.WithMetrics(metrics), provider.WithLog(a.log))
	a.opened("provider "+p.Name, client.Close)
	return client, nil
}

// transport returns a transport of a provider's own, so that one that hangs
// takes no connections from another.
func transport() http.RoundTripper {
	if shared, ok := http.DefaultTransport.(*http.Transport); ok {
		return shared.Clone()
	}
	return http.DefaultTransport
}
