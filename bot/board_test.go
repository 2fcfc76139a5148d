package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

var board = commands.Board{
	Channel: "C0MODS000", Provider: "sim", Room: "standup", RoomID: "RM_1",
	Actor: moderation.Actor{Kind: moderation.SlackUser, ID: "U0OWNER00"}, At: noon,
}

func TestBoardsAreDrawn(t *testing.T) {
	r := newRenderer()
	s := sample{name: nasty}
	hostile := board
	hostile.Room = nasty
	for _, state := range []commands.BoardState{commands.BoardLive, commands.BoardEnded, commands.BoardDown, commands.BoardForbidden, commands.BoardStopped} {
		m := asMessage(r.BoardMessage(hostile, s.roomPage(20), state, noon))
		inLimits(t, m)
		golden(t, "board_"+string(state), m)
	}
}

func TestABoardShowsItsRoomAndSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		if all := k.wall.all(); len(all) != 1 || !strings.Contains(all[0].text, "Ada") {
			t.Fatalf("the board shows %+v", all)
		}
		later(10 * time.Minute)
		if all := k.wall.all(); len(all) != 1 {
			t.Fatalf("a quiet room made %d updates", len(all)-1)
		}
		k.stop()
		k.room.set("Grace", commands.BoardLive)
		k.start()
		later(time.Second)
		all := k.wall.all()
		if k.wall.posted() != 1 || !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Fatalf("after a restart there were %d posts, and it shows %.80q", k.wall.posted(), all[len(all)-1].text)
		}
	})
}

// A post of which no answer came, or whose place the store lost, is found again.
func TestABoardIsPostedOnce(t *testing.T) {
	for name, blind := range map[string]bool{"with the scope": false, "without it": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keep(t)
				defer k.close()
				k.wall.mu.Lock()
				k.wall.lost, k.wall.blind = 1, blind
				k.wall.mu.Unlock()
				later(time.Minute)
				want := 1
				if blind {
					want = 2 // it cannot be seen, and a board that is not there is worse
				}
				if n := k.wall.posted(); n != want {
					t.Errorf("after a lost answer there were %d posts", n)
				}

				k.stop() // the program ends between the post and its place in the store
				b, _ := k.stored()
				b.PostedIn, b.PostedAs, b.Uncertain = "", "", true
				k.put(b)
				k.start()
				k.room.set("Grace", commands.BoardLive)
				later(time.Minute)
				if blind {
					want++
				}
				all := k.wall.all()
				if n := k.wall.posted(); n != want || !strings.Contains(all[len(all)-1].text, "Grace") {
					t.Errorf("after a crash there were %d posts, and it shows %.80q", n, all[len(all)-1].text)
				}
				if b, _ := k.stored(); b.PostedAs == "" || b.Uncertain {
					t.Errorf("its place is not kept: %+v", b)
				}

				again := board // another board of the room has a message of its own
				again.At = again.At.Add(time.Hour)
				k.stop()
				k.put(again)
				k.start()
				later(time.Minute)
				if n := k.wall.posted(); n != want+1 {
					t.Errorf("with a new board there were %d posts", n)
				}
			})
		})
	}
}

func TestABoardMergesWhatComesFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(time.Second)
		before := len(k.wall.all())
		for i := range 500 { // 50 a second for 10 s
			k.room.set(fmt.Sprintf("Guest %d", i), commands.BoardLive)
			k.b.Hint("sim", "RM_1")
			later(20 * time.Millisecond)
		}
		later(3 * time.Second)
		all := k.wall.all()
		for i := 1; i < len(all); i++ {
			if gap := all[i].at.Sub(all[i-1].at); gap < 2*time.Second {
				t.Errorf("two updates are %v apart", gap)
			}
		}
		if updates := len(all) - before; updates > 7 {
			t.Errorf("%d updates in 13 s", updates)
		}
		if !strings.Contains(all[len(all)-1].text, "Guest 499") {
			t.Errorf("the last state is not shown: %.200q", all[len(all)-1].text)
		}
	})
}

func TestAHintIsShownSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.room.set("Grace", commands.BoardLive)
		k.b.Hint("sim", "standup")
		synctest.Wait()
		if all := k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("a hint was not followed at once")
		}
	})
}

func TestABoardIsRefreshedWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.b.Refresh("sim:RM_1")
		synctest.Wait()
		if all := k.wall.all(); len(all) != 2 {
			t.Errorf("the board was drawn %d times", len(all))
		}
	})
}

func TestANewBoardIsFoundByItsHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		other := board
		other.Channel = "C0OTHER00"
		k.put(other)
		k.b.Hint("sim", "RM_1")
		synctest.Wait()
		if k.wall.posted() != 2 {
			t.Errorf("%d boards were posted", k.wall.posted())
		}
	})
}

func TestBoardsEndWithAWord(t *testing.T) {
	for name, c := range map[string]struct {
		state commands.BoardState
		says  string
	}{
		"stopped":   {commands.BoardStopped, "was stopped"},
		"forbidden": {commands.BoardForbidden, "may no longer watch"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keep(t)
				defer k.close()
				later(3 * time.Second)
				k.room.set("", c.state)
				later(10 * time.Second)
				all := k.wall.all()
				if _, there := k.stored(); there || !strings.Contains(all[len(all)-1].text, c.says) {
					t.Errorf("the board is there: %v; it says %.200q", there, all[len(all)-1].text)
				}
				looks := k.room.looked()
				later(time.Minute)
				if k.room.looked() != looks {
					t.Error("it is still looked at")
				}
			})
		})
	}
}

func TestARoomThatEndsMayBeginAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.room.set("", commands.BoardEnded)
		later(10 * time.Second)
		all := k.wall.all()
		if !strings.Contains(all[len(all)-1].text, "has ended") {
			t.Fatalf("it says %.200q", all[len(all)-1].text)
		}
		k.room.set("Grace", commands.BoardLive)
		later(40 * time.Second)
		if all = k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("the board did not go on")
		}
		k.room.set("", commands.BoardEnded)
		later(25 * time.Hour)
		if _, there := k.stored(); there {
			t.Error("the board of a room that is long over is kept")
		}
	})
}

func TestABoardWhoseMessageIsGoneIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.wall.fail(slack.SlackErrorResponse{Err: "message_not_found"})
		k.room.set("Grace", commands.BoardLive)
		later(10 * time.Second)
		if _, there := k.stored(); there {
			t.Error("the board is still there")
		}
	})
}

func TestABoardWaitsAsLongAsSlackAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keep(t)
		defer k.close()
		later(3 * time.Second)
		k.wall.fail(&slack.RateLimitedError{RetryAfter: 20 * time.Second})
		k.room.set("Grace", commands.BoardLive)
		later(6 * time.Second)
		looks := k.room.looked()
		k.wall.fail(nil)
		later(10 * time.Second)
		if k.room.looked() != looks {
			t.Error("it was tried before its time")
		}
		later(15 * time.Second)
		if all := k.wall.all(); !strings.Contains(all[len(all)-1].text, "Grace") {
			t.Error("the change was lost")
		}
	})
}
