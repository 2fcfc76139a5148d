package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"github.com/roomwarden/roomwarden/audit"
	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// ErrNobody is returned by Dial where nobody serves the socket.
var ErrNobody = errors.New("nobody serves the socket")

// Client is the Door of a server in another process. It is safe for concurrent use.
type Client struct{ http http.Client }

var _ Door = (*Client)(nil)

// Dial returns the door behind a socket, ErrNobody where there is no socket or
// nobody behind it.
func Dial(ctx context.Context, path string) (*Client, error) {
	first, err := dial(ctx, path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%s: %w", path, ErrNobody)
	}
	if err != nil {
		return nil, fmt.Errorf("reach the bot at %s: %w", path, err)
	}
	if err := first.Close(); err != nil {
		return nil, err
	}
	return &Client{http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
	}}}, nil
}

// Do implements Door. The caller and the source of in do not matter.
func (c *Client) Do(ctx context.Context, in commands.Invocation) (commands.Answer, error) {
	var text json.RawMessage
	err := c.ask(ctx, doPath, invocation{
		Command: in.Command, Text: in.Text, Args: in.Args, Key: in.Key, Confirmed: in.Confirmed,
	}, &text)
	if err != nil {
		return nil, err
	}
	return DecodeAnswer(text)
}

// Cases implements Door.
func (c *Client) Cases(ctx context.Context, q store.CaseQuery) (all []moderation.Case, err error) {
	err = c.ask(ctx, casesPath, q, &all)
	return all, err
}

// Case implements Door.
func (c *Client) Case(ctx context.Context, number uint64) (moderation.Case, []moderation.Record, error) {
	var h history
	err := c.ask(ctx, casePath, number, &h)
	return h.Case, h.Records, err
}

// Verify implements Door.
func (c *Client) Verify(ctx context.Context) (result audit.Result, err error) {
	err = c.ask(ctx, verifyPath, struct{}{}, &result)
	return result, err
}

// Export implements Door.
func (c *Client) Export(ctx context.Context, w io.Writer, sel audit.Selection) error {
	return c.copy(ctx, exportPath, sel, w)
}

// Backup implements Door.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	return c.copy(ctx, backupPath, struct{}{}, w)
}

// Close implements Door.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// ask sends a request and decodes the reply.
func (c *Client) ask(ctx context.Context, path string, request, reply any) error {
	var text bytes.Buffer
	if err := c.copy(ctx, path, request, &text); err != nil {
		return err
	}
	if err := json.Unmarshal(text.Bytes(), reply); err != nil {
		return fmt.Errorf("decode the bot's reply: %w", err)
	}
	return nil
}

// copy sends a request and copies the reply to w.
func (c *Client) copy(ctx context.Context, path string, request any, w io.Writer) (err error) {
	text, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://roomwarden"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return lost(ctx, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return lost(ctx, err)
		}
		return readFault(text)
	}
	out := &sink{Writer: w}
	if _, err := io.Copy(out, response.Body); err != nil {
		if out.err != nil {
			return out.err
		}
		return lost(ctx, err)
	}
	if text := response.Trailer.Get(faultTrailer); text != "" {
		return readFault([]byte(text))
	}
	return nil
}

func readFault(text []byte) error {
	var f fault
	if err := json.Unmarshal(text, &f); err != nil || f.Code == "" {
		return moderation.Errorf(moderation.CodeInternal, "the bot's reply: %.200s", text)
	}
	return f.err()
}

// sink tells an error of the writer from one of the connection.
type sink struct {
	io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	s.err = err
	return n, err
}

// lost is the error of a connection that broke.
func lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return moderation.Fault(moderation.CodeUnavailable, "control.lost").Because(err)
}
