// Command roomwarden lets a moderation team look after live rooms from Slack.
// `roomwarden --help` lists what it does; docs/ has the rest.
package main

import (
	"os"

	"github.com/roomwarden/roomwarden/cmd/roomwarden/early"
)

func main() {
	ctx, stop := early.Context()
	status := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}
