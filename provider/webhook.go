package provider

import (
	"net/http"

	"github.com/roomwarden/roomwarden/moderation"
)

// Webhook reads a provider's callback after the provider's own rule: which
// rooms to look at again. CodeUnsupported where the driver takes none,
// CodeUnauthenticated where the signature is not good.
func (c *Client) Webhook(r *http.Request, body []byte) ([]Hint, error) {
	w, ok := c.driver.(Webhooker)
	if !ok {
		return nil, moderation.Fault(moderation.CodeUnsupported, "provider.no_webhook", "Provider", c.name)
	}
	hints, err := w.Webhook(r, body)
	c.metrics.count(c.name, "webhook", moderation.CodeOf(err))
	return hints, err
}
