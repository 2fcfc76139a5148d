// Package openapi holds a stand-in, and the client that speaks to it, to the
// OpenAPI description that a vendor publishes. It is for tests.
package openapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/roomwarden/roomwarden/internal/standin"
)

// refusals are the statuses with which a vendor refuses; others are faults.
var refusals = []int{400, 401, 403, 404, 409, 429}

// API is what the descriptions leave open.
type API struct {
	// Base is the path from which the descriptions' paths count. Requests
	// outside it pass unseen.
	Base string
	// Scheme is the one of the Authorization header: Basic, Bearer.
	Scheme string
	// Mend changes a description where it is wrong, or closes what it leaves
	// open; may be nil.
	Mend func(doc *openapi3.T)
	// Refusal checks the body of an answer with a status from 400 on: the
	// descriptions have those alone that grant what was asked.
	Refusal func(body []byte) error
}

// Checker checks requests and answers. It is safe for concurrent use.
type Checker struct {
	api    API
	routes []route
}

type route struct {
	pattern *regexp.Regexp
	route   routers.Route
}

var placeholder = regexp.MustCompile(`\\\{(\w+)\\\}`)

// New reads descriptions of one API.
func New(api API, descriptions ...[]byte) (*Checker, error) {
	c := &Checker{api: api}
	for _, raw := range descriptions {
		doc, err := openapi3.NewLoader().LoadFromData(raw)
		if err != nil {
			return nil, err
		}
		if api.Mend != nil {
			api.Mend(doc)
		}
		for path, item := range doc.Paths.Map() {
			pattern, err := regexp.Compile("^" + api.Base + placeholder.ReplaceAllString(regexp.QuoteMeta(path), `(?P<$1>[^/]+)`) + "$")
			if err != nil {
				return nil, fmt.Errorf("path %s: %w", path, err)
			}
			for method, operation := range item.Operations() {
				c.routes = append(c.routes, route{pattern, routers.Route{
					Spec: doc, Path: path, PathItem: item, Method: method, Operation: operation,
				}})
			}
		}
	}
	return c, nil
}

// Close makes an object of a description refuse fields that it does not name.
// One that names none stays open.
func Close(schema *openapi3.SchemaRef) {
	if len(schema.Value.Properties) > 0 {
		no := false
		schema.Value.AdditionalProperties = openapi3.BoolSchema{Has: &no}
	}
}

// Handler passes requests on to next and reports each request and each answer
// that is not as described, but for those that are marked as faults. It answers
// what next answers all the same. report is called from the goroutines of the
// requests.
func (c *Checker) Handler(next http.Handler, report func(error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, c.api.Base+"/") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			report(err)
		}
		input, err := c.request(r, body)
		if err != nil {
			report(fmt.Errorf("request %s %s %s: %w", r.Method, r.URL, body, err))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		tee := &tee{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(tee, r)
		if input == nil || tee.Header().Get(standin.FaultHeader) != "" {
			return
		}
		if err := c.answer(input, tee); err != nil {
			report(fmt.Errorf("answer to %s %s: %w: %s", r.Method, r.URL, err, tee.body.Bytes()))
		}
	})
}

// request checks a request; its input is nil where no operation fits.
func (c *Checker) request(r *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	for _, each := range c.routes {
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
			Options: &openapi3filter.Options{AuthenticationFunc: c.authenticated, SkipSettingDefaults: true, IncludeResponseStatus: true},
		}
		if err := known(each.route.Operation, r, body); err != nil {
			return input, err
		}
		return input, openapi3filter.ValidateRequest(r.Context(), input)
	}
	return nil, fmt.Errorf("no such operation is described")
}

// known refuses words that no parameter and no field of a form is called.
func known(o *openapi3.Operation, r *http.Request, body []byte) error {
	for name := range r.URL.Query() {
		if o.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("no parameter %s is described", name)
		}
	}
	const form = "application/x-www-form-urlencoded"
	if !strings.HasPrefix(r.Header.Get("Content-Type"), form) {
		return nil
	}
	sent, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	fields := openapi3.Schemas{}
	if o.RequestBody != nil {
		if media := o.RequestBody.Value.Content.Get(form); media != nil {
			fields = media.Schema.Value.Properties
		}
	}
	for name := range sent {
		if fields[name] == nil {
			return fmt.Errorf("no field %s is described", name)
		}
	}
	return nil
}

func (c *Checker) authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), c.api.Scheme+" ") {
		return fmt.Errorf("no authorization of the scheme %s", c.api.Scheme)
	}
	return nil
}

func (c *Checker) answer(input *openapi3filter.RequestValidationInput, t *tee) error {
	if t.status >= 400 {
		if err := c.api.Refusal(t.body.Bytes()); err != nil {
			return err
		}
		if !slices.Contains(refusals, t.status) {
			return fmt.Errorf("status %d", t.status)
		}
		return nil
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: t.status, Header: t.Header(), Options: input.Options,
	}).SetBodyBytes(t.body.Bytes()))
}

// tee keeps what passes through it.
type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *tee) Write(b []byte) (int, error) {
	t.body.Write(b)
	return t.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }
