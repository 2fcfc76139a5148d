package provider

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Type is one kind of provider: how the configuration describes it and how a
// driver of it is made. Each driver folder exports one.
type Type struct {
	Name   string // as in the configuration's type:
	Fields []Field
	Open   func(ctx context.Context, s Settings) (Driver, error)
}

// Field is one key of a provider's configuration. A dot goes one level down:
// bridge.chromium.
type Field struct {
	Name     string
	Required bool
	Secret   bool
	Usage    string
	// Check returns what is wrong with a value, as the end of a sentence
	// ("must start with AC"), or "".
	Check func(value string) string
}

// Settings is what a driver is made from.
type Settings struct {
	Name   string            // the configured name
	Values map[string]string // by Field.Name
	Log    *slog.Logger
	// Transport carries the driver's requests; nil means http.DefaultTransport.
	Transport http.RoundTripper
	// PublicURL is where the provider can reach us, "" where it cannot.
	PublicURL string
	// Host serves text at an unguessable address under PublicURL for a while and
	// returns the address; nil where PublicURL is empty.
	Host func(contentType string, body []byte, keep time.Duration) (url string, err error)
}
