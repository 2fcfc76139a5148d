// Package edge is the side of the stand-in for RealtimeKit that Cloudflare's
// client SDK speaks to: the details of a participant over HTTPS, a websocket
// with the client's protocol, and a media server. Its messages are those that
// SDK 2.0.2 sends and takes; who gets which broadcast is a guess, as is
// everything that Cloudflare's servers do besides. It is for tests.
package edge

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

const domain = "rtk.localhost"

// Edge listens on loopback. Close it.
type Edge struct {
	// Base is the SDK's baseURI, Certificate the SHA-256 of the server's public key.
	Base, Certificate string

	rest   *realtimekittest.Server
	http   *http.Server
	served sync.WaitGroup

	mu      sync.Mutex
	clients map[string]*client // by peer
	frames  []Frame
	refuse  map[uint32]string
	pinned  map[string]string // peer, by meeting
}

// Frame is a message that a client sent.
type Frame struct {
	Peer    string
	Event   uint32
	Payload []byte
}

// Start serves the clients of a stand-in.
func Start(rest *realtimekittest.Server) (*Edge, error) {
	certificate, pin, err := selfSigned()
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	e := &Edge{
		Base: domain + ":" + port, Certificate: pin, rest: rest,
		clients: map[string]*client{}, refuse: map[uint32]string{}, pinned: map[string]string{},
	}
	e.http = &http.Server{
		Handler: http.HandlerFunc(e.serve), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	rest.Watch(realtimekittest.Watcher{Kicked: e.kicked, Muted: e.muted})
	e.served.Go(func() {
		if err := e.http.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			log.Print(err)
		}
	})
	return e, nil
}

// Close drops every client and stops.
func (e *Edge) Close() error {
	err := e.http.Close()
	e.mu.Lock()
	for _, c := range e.clients {
		c.drop()
	}
	e.mu.Unlock()
	e.served.Wait()
	return err
}

// Frames returns what clients sent so far, in order.
func (e *Edge) Frames() []Frame {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Frame(nil), e.frames...)
}

// Refuse answers an event with an error from now on; an empty text ends it.
func (e *Edge) Refuse(event uint32, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if text == "" {
		delete(e.refuse, event)
		return
	}
	e.refuse[event] = text
}

// Pinned returns the peer who is pinned in a meeting, "" where nobody is.
func (e *Edge) Pinned(meeting string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pinned[meeting]
}

// Kick puts a client out, by custom participant id.
func (e *Edge) Kick(custom string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.clients {
		if c.who.Custom == custom {
			c.push(RoomKick, message{{1, c.card()}})
		}
	}
}

// AwaitGone returns once no client of this custom participant id is connected.
func (e *Edge) AwaitGone(ctx context.Context, custom string) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		there := false
		e.mu.Lock()
		for _, c := range e.clients {
			there = there || c.who.Custom == custom
		}
		e.mu.Unlock()
		if !there {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is still connected: %w", custom, ctx.Err())
		case <-again.C:
		}
	}
}

func (e *Edge) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "*, authorization")
	w.Header().Set("Access-Control-Allow-Methods", "*")
	if r.Method == http.MethodOptions {
		return
	}
	host, _, _ := strings.Cut(r.Host, ".")
	switch host + r.URL.Path {
	case "api/v2/internals/participant-details":
		e.details(w, r)
	case "api/iceservers":
		answer(w, map[string]any{"success": true, "iceServers": []any{}})
	case "socket-edge/ws":
		e.connect(w, r)
	default: // telemetry, and where the client is
		http.NotFound(w, r)
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client who has gone is no fault of ours
}

func (e *Edge) details(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who := e.rest.Holder(token)
	if !who.Known || who.MeetingLocked {
		http.Error(w, `{"success":false}`, http.StatusUnauthorized)
		return
	}
	answer(w, map[string]any{"success": true, "data": map[string]any{
		"participant": map[string]any{
			"id": who.User, "name": who.Name, "picture": "", "custom_participant_id": who.Custom, "organization_id": realtimekittest.AppID,
		},
		"preset": who.Preset.JSON(), "meeting": map[string]any{"title": who.Title},
	}})
}

// selfSigned makes a certificate for every host below the domain.
func selfSigned() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{"*." + domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	sum := sha256.Sum256(public)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, base64.StdEncoding.EncodeToString(sum[:]), nil
}
