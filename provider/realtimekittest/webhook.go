package realtimekittest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"sync"

	"github.com/roomwarden/roomwarden/internal/standin"
)

// signer signs webhooks as Cloudflare does, with a key made when first needed.
type signer struct {
	once sync.Once
	key  *rsa.PrivateKey
	err  error
}

func (s *signer) private() (*rsa.PrivateKey, error) {
	s.once.Do(func() { s.key, s.err = rsa.GenerateKey(rand.Reader, 2048) })
	return s.key, s.err
}

func (s *signer) serveKey(w http.ResponseWriter) {
	key, err := s.private()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	raw, _ := json.Marshal(map[string]any{"success": true, "data": map[string]string{ // of strings: cannot fail
		"publicKey": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}})
	standin.WriteJSON(w, http.StatusOK, raw)
}

// Webhook makes a signed webhook of an event of a meeting, to be sent to address.
func (s *Server) Webhook(address, event, meetingID string) (*http.Request, []byte, error) {
	body, err := json.Marshal(map[string]any{
		"event": event, "meeting": map[string]string{"id": meetingID, "status": "LIVE"},
	})
	if err != nil {
		return nil, nil, err
	}
	key, err := s.hooks.private()
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, nil, err
	}
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body)) //nolint:noctx // the caller sends it
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("rtk-signature", base64.StdEncoding.EncodeToString(signature))
	r.Header.Set("rtk-uuid", newID())
	r.Header.Set("rtk-webhook-id", "00000000-0000-4000-8000-000000000004")
	return r, body, nil
}
