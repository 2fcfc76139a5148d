package commands_test

import (
	"context"
	"testing"
	"time"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/provider/simulated"
)

// A mute that is given another time is found in force by its renewal. What
// ends it gives back what the first one took.
func TestARenewedMuteIsTakenBackWhole(t *testing.T) {
	for name, end := range map[string]func(st *stage){
		"unmuted by hand": func(st *stage) { st.typed(owner, "unmute standup chaos") },
		"undone":          func(st *stage) { st.typed(owner, "undo 2") },
		"its time over":   func(*stage) { pass(11 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			running(t, simulated.Config{}, func(t *testing.T, st *stage) {
				st.typed(owner, "mute standup chaos")
				pass(time.Minute)
				st.typed(owner, "mute standup chaos 10m")
				end(st)
				p, _ := st.person("standup", "chaos")
				if _, muted := p.Sends(moderation.Audio); muted || p.IsBlocked(moderation.Audio) {
					t.Errorf("still muted: %+v", p)
				}
			})
		})
	}
}

// An unmute right after a mute of everyone is no echo of one before it.
func TestUnmutedAgainAfterAMuteOfAll(t *testing.T) {
	st := newStage(t)
	st.typed(owner, "mute standup chaos")
	st.typed(owner, "unmute standup chaos")
	if n, ok := st.typed(owner, "unmute standup chaos").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("twice: %+v", n)
	}
	st.typed(owner, "mute-all standup")
	if a, ok := st.typed(owner, "unmute standup chaos").(commands.CaseAnswer); !ok || a.Case.Outcome != moderation.Succeeded {
		t.Errorf("after a mute of all: %+v", a)
	}
	if p, _ := st.person("standup", "chaos"); p.IsBlocked(moderation.Audio) {
		t.Error("still muted")
	}
}

// partly mutes for some of the others only.
type partly struct{ *simulated.Driver }

func (p partly) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	effect, err := p.Driver.Mute(ctx, o)
	effect.Unreached = []moderation.Unreached{{Identity: "ben", Name: "Ben", Why: "provider.why.unavailable"}}
	return effect, err
}

// A mute that did not reach everyone may be asked for again, though some show it.
func TestAPartialMuteAgain(t *testing.T) {
	running(t, simulated.Config{}, func(t *testing.T, st *stage) {
		for range 2 {
			if a, ok := st.typed(owner, "mute standup chaos").(commands.CaseAnswer); !ok || a.Case.Outcome != moderation.Partial {
				t.Errorf("answer %+v", a)
			}
			pass(11 * time.Second)
		}
	}, func(st *stage, c *commands.Config) {
		c.Providers = provider.NewSet(provider.NewClient("sim", "partly", partly{st.sim}))
	})
}
