// Package described holds requests and answers to what Twilio publishes about
// its API. The descriptions beside it are reduced to the paths that roomwarden
// uses (github.com/twilio/twilio-oai at d50069b4, MIT). It is for tests.
package described

//go:generate go run ./reduce $TWILIO_OAI/twilio_api_v2010.json api_v2010.json /2010-04-01/Accounts/{AccountSid}/Conferences.json /2010-04-01/Accounts/{AccountSid}/Conferences/{Sid}.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants/{CallSid}.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Recordings.json /2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json
//go:generate go run ./reduce $TWILIO_OAI/twilio_video_v1.json video_v1.json /v1/Rooms /v1/Rooms/{Sid} /v1/Rooms/{RoomSid}/Participants /v1/Rooms/{RoomSid}/Participants/{Sid} /v1/Rooms/{RoomSid}/Participants/{ParticipantSid}/PublishedTracks /v1/Rooms/{RoomSid}/Participants/{ParticipantSid}/SubscribeRules /v1/Rooms/{RoomSid}/Recordings

import (
	"bytes"
	"context"
	_ "embed"
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

// Voice and Video are the reduced descriptions, as published.
var (
	//go:embed api_v2010.json
	Voice []byte
	//go:embed video_v1.json
	Video []byte
)

// FaultHeader marks an answer that is meant to be wrong; it is not checked.
const FaultHeader = "X-Stand-In-Fault"

// Handler passes requests on to next and reports each request and each answer
// that is not as described. It answers what next answers all the same.
func Handler(next http.Handler, report func(error)) http.Handler {
	routes, err := load()
	if err != nil {
		report(err)
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
		if input == nil || tee.Header().Get(FaultHeader) != "" {
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

var load = sync.OnceValues(func() ([]route, error) {
	var all []route
	for _, raw := range [][]byte{Voice, Video} {
		doc, err := openapi3.NewLoader().LoadFromData(raw)
		if err != nil {
			return nil, err
		}
		mend(doc)
		for path, item := range doc.Paths.Map() {
			pattern := regexp.MustCompile("^" + placeholder.ReplaceAllString(regexp.QuoteMeta(path), `(?P<$1>[^/]+)`) + "$")
			for method, operation := range item.Operations() {
				all = append(all, route{pattern, routers.Route{
					Spec: doc, Path: path, PathItem: item, Method: method, Operation: operation,
				}})
			}
		}
	}
	return all, nil
})

var placeholder = regexp.MustCompile(`\\\{(\w+)\\\}`)

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
		if err := known(each.route.Operation, r, body); err != nil {
			return input, err
		}
		return input, openapi3filter.ValidateRequest(r.Context(), input)
	}
	return nil, fmt.Errorf("no such operation is described")
}

// known refuses words that no parameter and no field is called.
func known(o *openapi3.Operation, r *http.Request, body []byte) error {
	for name := range r.URL.Query() {
		if o.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("no parameter %s is described", name)
		}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	fields := openapi3.Schemas{}
	if o.RequestBody != nil {
		if media := o.RequestBody.Value.Content.Get("application/x-www-form-urlencoded"); media != nil {
			fields = media.Schema.Value.Properties
		}
	}
	for name := range form {
		if fields[name] == nil {
			return fmt.Errorf("no field %s is described", name)
		}
	}
	return nil
}

func authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Basic ") {
		return fmt.Errorf("no basic authentication")
	}
	return nil
}

// answer checks an answer that grants what was asked; Twilio describes no others.
func answer(input *openapi3filter.RequestValidationInput, t *tee) error {
	if t.status >= 400 {
		return described(t, "code", "message", "more_info", "status")
	}
	return openapi3filter.ValidateResponse(input.Request.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: t.status, Header: t.Header(), Options: input.Options,
	}).SetBodyBytes(t.body.Bytes()))
}

// described checks a refusal, which has these fields and no others.
// https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions
func described(t *tee, fields ...string) error {
	for _, field := range fields {
		if !bytes.Contains(t.body.Bytes(), []byte(`"`+field+`":`)) {
			return fmt.Errorf("a refusal without %s", field)
		}
	}
	if !slices.Contains([]int{400, 401, 403, 404, 409, 429}, t.status) {
		return fmt.Errorf("status %d", t.status)
	}
	return nil
}
