package control

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// The paths of the socket. Requests are JSON by POST.
const (
	doPath     = "/do"
	casesPath  = "/cases"
	casePath   = "/case"
	verifyPath = "/verify"
	exportPath = "/export"
	backupPath = "/backup"
)

// faultTrailer carries the fault of a stream that had begun.
const faultTrailer = "Roomwarden-Fault"

// maxRequest bounds a request's body, in bytes: a file of roles is the largest.
const maxRequest = 4 << 20

// invocation is what of a commands.Invocation crosses the socket. Who asks is
// not in it: behind the socket everyone is the system.
type invocation struct {
	Command   string        `json:"command"`
	Text      string        `json:"text,omitempty"`
	Args      commands.Args `json:"args,omitempty"`
	Key       string        `json:"key,omitempty"`
	Confirmed bool          `json:"confirmed,omitempty"`
}

// history is a case with its records.
type history struct {
	Case    moderation.Case     `json:"case"`
	Records []moderation.Record `json:"records"`
}

func readRequest(w http.ResponseWriter, r *http.Request, into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return moderation.Errorf(moderation.CodeInvalid, "read a request: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return moderation.Errorf(moderation.CodeInvalid, "decode a request: %w", err)
	}
	return nil
}
