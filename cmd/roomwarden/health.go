package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
)

type healthCommand struct{}

// Run asks the running bot whether it is ready: for a container's health check,
// where there is no other program to ask with.
func (*healthCommand) Run(c *console) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	if loaded.HTTP.Listen == "" {
		return moderation.Fault(moderation.CodeInvalid, "cli.health_off")
	}
	host, port, err := net.SplitHostPort(loaded.HTTP.Listen)
	if err != nil {
		return err
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(c.ctx, 3*time.Second)
	defer cancel()
	address := "http://" + net.JoinHostPort(host, port) + "/-/ready"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return moderation.Fault(moderation.CodeUnavailable, "cli.health_silent", "Address", moderation.Literal(loaded.HTTP.Listen)).Because(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	return c.print("ready")
}
