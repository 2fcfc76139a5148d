package demo_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/roomwarden/roomwarden/demo"
)

func TestTour(t *testing.T) {
	t.Parallel()
	for name, colours := range map[string]bool{"plain": false, "colours": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := demo.Tour(t.Context(), demo.Options{}, &out, colours); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			for _, want := range []string{
				"standup: Ada, Ben, Chaos, Dita", "town-hall: Grace, Emil, Farah, Hugo", "kick_participant", "1201",
				"sim:standup", "Emil", "advertises in the chat", "[Kick]", "#audit", "standup: Ada, Ben, Dita", "town-hall: Grace, Emil, Farah",
			} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
			if got := strings.Contains(out.String(), "\x1b["); got != colours {
				t.Errorf("colours: %v", got)
			}
		})
	}
}
