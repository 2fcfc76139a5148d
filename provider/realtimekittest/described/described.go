// Package described holds requests and answers to what Cloudflare publishes of
// RealtimeKit's API. The description beside it is rebuilt from cloudflare-go
// v6.10.0 (Apache-2.0), with mute and mute-all by hand after
// github.com/cloudflare/api-schemas at c92b9b0f (BSD-3-Clause), and reduced to
// the paths that roomwarden uses. It is for tests.
package described

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/roomwarden/roomwarden/internal/openapi"
)

// RealtimeKit is the reduced description.
//
//go:embed realtimekit.json
var RealtimeKit []byte

var checker = sync.OnceValues(func() (*openapi.Checker, error) {
	return openapi.New(openapi.API{Base: "/client/v4", Scheme: "Bearer", Mend: mend, Refusal: refusal}, RealtimeKit)
})

// Handler passes requests on to next and reports each request and each answer
// that is not as described. It answers what next answers all the same. Requests
// outside the API pass unseen.
func Handler(next http.Handler, report func(error)) http.Handler {
	c, err := checker()
	if err != nil {
		report(err)
		return next
	}
	return c.Handler(next, report)
}

// mend closes what is described: what is not is wrong.
func mend(doc *openapi3.T) {
	for _, schema := range doc.Components.Schemas {
		if schema.Value.Type.Is(openapi3.TypeObject) {
			openapi.Close(schema)
		}
	}
}

// refusal checks the envelope of all of Cloudflare's refusals.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
func refusal(body []byte) error {
	var e struct {
		Success *bool `json:"success"`
		Errors  []struct {
			Code    *int    `json:"code"`
			Message *string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return err
	}
	if e.Success == nil || *e.Success || len(e.Errors) == 0 || e.Errors[0].Code == nil || e.Errors[0].Message == nil {
		return fmt.Errorf("a refusal without success, code or message")
	}
	return nil
}
