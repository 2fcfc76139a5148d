// Package described holds requests and answers to what Cloudflare publishes of
// RealtimeKit's API. The description beside it is rebuilt from cloudflare-go
// v6.10.0 (Apache-2.0), with mute and mute-all by hand after
// github.com/cloudflare/api-schemas at c92b9b0f (BSD-3-Clause), and reduced to
// the paths that roomwarden uses. It is for tests.
package described

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// RealtimeKit is the reduced description.
//
//go:embed realtimekit.json
var RealtimeKit []byte

// faultHeader marks an answer that is meant to be wrong; it is not checked.
const faultHeader = "X-Stand-In-Fault"

// base is the path that the description's paths count from.
const base = "/client/v4"

// Handler passes requests on to next and reports each request and each answer
// that is not as described. It answers what next answers all the same. Requests
// outside the API pass unseen.
func Handler(next http.Handler, report func(error)) http.Handler {
	routes, err := load()
	if err != nil {
		report(err)
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, base+"/") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			report(err)
		}
		input, err := request(routes, r, body)
		if err != nil {
			report(fmt.Errorf("request %s %s %s: %w", r.Method, r.URL, body, err))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		tee := &tee{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(tee, r)
		if input == nil || tee.Header().Get(faultHeader) != "" {
			return
		}
		if err := answer(input, tee); err != nil {
			report(fmt.Errorf("answer to %s %s: %w: %s", r.Method, r.URL, err, tee.body.Bytes()))
		}
	})
}

type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *tee) Write(b []byte) (int, error) {
	t.body.Write(b)
	return t.ResponseWriter.Write(b)
}

func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }

type route struct {
	pattern *regexp.Regexp
	route   routers.Route
}

var placeholder = regexp.MustCompile(`\\\{(\w+)\\\}`)

var load = sync.OnceValues(func() ([]route, error) {
	doc, err := openapi3.NewLoader().LoadFromData(RealtimeKit)
	if err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas { // what is not described is wrong
		closed(schema)
	}
	var all []route
	for path, item := range doc.Paths.Map() {
		pattern := regexp.MustCompile("^" + base + placeholder.ReplaceAllString(regexp.QuoteMeta(path), `(?P<$1>[^/]+)`) + "$")
		for method, operation := range item.Operations() {
			all = append(all, route{pattern, routers.Route{
				Spec: doc, Path: path, PathItem: item, Method: method, Operation: operation,
			}})
		}
	}
	return all, nil
})

func closed(s *openapi3.SchemaRef) {
	if s.Value.Type.Is(openapi3.TypeObject) && len(s.Value.Properties) > 0 {
		no := false
		s.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
}

func request(routes []route, r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	for _, each := range routes {
		match := each.pattern.FindStringSubmatch(r.URL.EscapedPath())
		if match == nil || each.route.Method != r.Method {
			continue
		}
		params := map[string]string{}
		for i, name := range each.pattern.SubexpNames()[1:] {
			value, err := url.PathUnescape(match[i+1])
			if err != nil {
				return nil, err
			}
			params[name] = value
		}
		copied := r.Clone(r.Context())
		copied.Body = io.NopCloser(bytes.NewReader(body))
		input := &openapi3filter.RequestValidationInput{
			Request: copied, PathParams: params, Route: &each.route,
			Options: &openapi3filter.Options{AuthenticationFunc: authenticated, SkipSettingDefaults: true, IncludeResponseStatus: true},
		}
		for name := range r.URL.Query() {
			if each.route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
				return input, fmt.Errorf("no parameter %s is described", name)
			}
		}
		return input, openapi3filter.ValidateRequest(r.Context(), input)
	}
	return nil, fmt.Errorf("no such operation is described")
}

func authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
		return fmt.Errorf("no bearer token")
	}
	return nil
}

// answer checks an answer; the description has those alone that grant what was asked.
func answer(input *openapi3filter.RequestValidationInput, t *tee) error {
	if t.status >= 400 {
		return refusal(t)
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: t.status, Header: t.Header(), Options: input.Options,
	}).SetBodyBytes(t.body.Bytes()))
}

// refusal checks the envelope of all of Cloudflare's refusals.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
func refusal(t *tee) error {
	var e struct {
		Success *bool `json:"success"`
		Errors  []struct {
			Code    *int    `json:"code"`
			Message *string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(t.body.Bytes(), &e); err != nil {
		return err
	}
	if e.Success == nil || *e.Success || len(e.Errors) == 0 || e.Errors[0].Code == nil || e.Errors[0].Message == nil {
		return fmt.Errorf("a refusal without success, code or message")
	}
	if !slices.Contains([]int{400, 401, 403, 404, 409, 429}, t.status) {
		return fmt.Errorf("status %d", t.status)
	}
	return nil
}
