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
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/roomwarden/roomwarden/provider/realtimekittest"
)

const domain = "rtk.localhost"

// Edge listens on loopback. Close it.
type Edge struct {
	// Base is the SDK's baseURI, Address where it leads, Certificate the SHA-256
	// of the server's public key.
	Base, Address, Certificate string

	rest   *realtimekittest.Server
	http   *http.Server
	served sync.WaitGroup

	mu      sync.Mutex
	clients map[string]*client // by peer
	frames  []Frame
	asked   []Asked
	pinned  map[string]string // peer, by meeting
	faults  map[string]*faults
}

// Frame is a message that a client sent.
type Frame struct {
	Meeting, Peer string
	Event         Event
	Payload       []byte
}

// Asked is a request of a client, also that for a websocket.
type Asked struct {
	Host, Path string // the host without the port
	Query      url.Values
}

// identity is one certificate for all edges of a process, so that one browser
// takes them all.
var identity = sync.OnceValues(selfSigned)

// Start serves the clients of a stand-in.
func Start(rest *realtimekittest.Server) (*Edge, error) {
	own, err := identity()
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
		Base: domain + ":" + port, Address: listener.Addr().String(), Certificate: own.pin, rest: rest,
		clients: map[string]*client{}, pinned: map[string]string{}, faults: map[string]*faults{},
	}
	e.http = &http.Server{
		Handler: http.HandlerFunc(e.serve), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{own.certificate}, MinVersion: tls.VersionTLS12},
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

// Asked returns the requests of clients so far, in order.
func (e *Edge) Asked() []Asked {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Asked(nil), e.asked...)
}

// Pinned returns the peer who is pinned in a meeting, "" where nobody is.
func (e *Edge) Pinned(meeting string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pinned[meeting]
}

// AwaitGone returns once no client of this custom participant id is connected
// to the meeting.
func (e *Edge) AwaitGone(ctx context.Context, meeting, custom string) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		there := false
		e.each(meeting, custom, func(*client) { there = true })
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
	host, _, _ := net.SplitHostPort(r.Host)
	if host == "" {
		host = r.Host
	}
	e.mu.Lock()
	e.asked = append(e.asked, Asked{Host: host, Path: r.URL.Path, Query: r.URL.Query()})
	e.mu.Unlock()
	service, _, _ := strings.Cut(host, ".")
	switch service + r.URL.Path {
	case "api/v2/internals/participant-details":
		e.describe(w, r)
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

func (e *Edge) describe(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who := e.rest.Holder(token)
	e.mu.Lock()
	status := e.in(who.Meeting).details
	e.mu.Unlock()
	if status == 0 && (!who.Known || who.MeetingLocked) {
		status = http.StatusUnauthorized
	}
	if status != 0 {
		http.Error(w, `{"success":false}`, status)
		return
	}
	answer(w, map[string]any{"success": true, "data": map[string]any{
		"participant": map[string]any{
			"id": who.User, "name": who.Name, "picture": "", "custom_participant_id": who.Custom, "organization_id": realtimekittest.AppID,
		},
		"preset": who.Preset.JSON(), "meeting": map[string]any{"title": who.Title},
	}})
}

// own is the server's certificate and the SHA-256 of its public key in base64.
type own struct {
	certificate tls.Certificate
	pin         string
}

// selfSigned makes a certificate for every host below the domain.
func selfSigned() (own, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return own{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{"*." + domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return own{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return own{}, err
	}
	sum := sha256.Sum256(public)
	return own{
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pin: base64.StdEncoding.EncodeToString(sum[:]),
	}, nil
}
