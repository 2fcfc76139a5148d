// Package described holds requests and answers to what Twilio publishes about
// its API. The descriptions beside it are reduced to the paths that roomwarden
// uses (github.com/twilio/twilio-oai at d50069b4, MIT). It is for tests.
package described

//go:generate go run ./reduce $TWILIO_OAI/twilio_api_v2010.json api_v2010.json /2010-04-01/Accounts/{AccountSid}/Conferences.json /2010-04-01/Accounts/{AccountSid}/Conferences/{Sid}.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants/{CallSid}.json /2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Recordings.json /2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json
//go:generate go run ./reduce $TWILIO_OAI/twilio_video_v1.json video_v1.json /v1/Rooms /v1/Rooms/{Sid} /v1/Rooms/{RoomSid}/Participants /v1/Rooms/{RoomSid}/Participants/{Sid} /v1/Rooms/{RoomSid}/Participants/{ParticipantSid}/PublishedTracks /v1/Rooms/{RoomSid}/Participants/{ParticipantSid}/SubscribeRules /v1/Rooms/{RoomSid}/Recordings

import (
	"bytes"
	_ "embed"
	"fmt"
	"net/http"
	"sync"

	"github.com/roomwarden/roomwarden/internal/openapi"
)

// Voice and Video are the reduced descriptions, as published.
var (
	//go:embed api_v2010.json
	Voice []byte
	//go:embed video_v1.json
	Video []byte
)

var checker = sync.OnceValues(func() (*openapi.Checker, error) {
	return openapi.New(openapi.API{Scheme: "Basic", Mend: mend, Refusal: refusal}, Voice, Video)
})

// Handler passes requests on to next and reports each request and each answer
// that is not as described. It answers what next answers all the same.
func Handler(next http.Handler, report func(error)) http.Handler {
	c, err := checker()
	if err != nil {
		report(err)
		return next
	}
	return c.Handler(next, report)
}

// refusal checks a refusal, which has these fields.
// https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions
func refusal(body []byte) error {
	for _, field := range []string{"code", "message", "more_info", "status"} {
		if !bytes.Contains(body, []byte(`"`+field+`":`)) {
			return fmt.Errorf("a refusal without %s", field)
		}
	}
	return nil
}
