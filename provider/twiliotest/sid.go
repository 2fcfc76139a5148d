package twiliotest

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// sid makes the next identifier of a kind. The same calls make the same ones.
func (s *Server) sid(prefix string) string {
	s.made++
	sum := sha256.Sum256([]byte(prefix + number(s.made)))
	return prefix + hex.EncodeToString(sum[:16])
}

func number(n int) string { return strconv.Itoa(n) }
