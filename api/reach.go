package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// stranger is what a callback for a provider that there is not is answered.
const stranger = "no provider of this name"

// nobody is a name that no provider can have.
const nobody = "~"

// Reach calls publicURL as a provider's callback would, for at most five seconds.
// The error says what came where it is no Server that answers there.
func Reach(ctx context.Context, publicURL string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, publicURL+"/webhooks/"+nobody, nil)
	if err != nil {
		return err
	}
	client := &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		Timeout:   5 * time.Second,
		// A signature is made for one address: a callback that is sent on is no good.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	var asked *url.Error
	if errors.As(err, &asked) {
		return asked.Err // without the address, which may hold a password
	}
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusNotFound || string(body) != stranger+"\n" {
		return fmt.Errorf("something else answers: %s", answer.Status)
	}
	return nil
}

// Stand answers on the listener where no Server does, as one without providers and
// with nothing but callbacks, until stop is called.
func Stand(listener net.Listener) (stop func()) {
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, stranger, http.StatusNotFound)
		}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // which ends with Close
	}()
	return func() {
		_ = server.Close()
		<-served
	}
}
