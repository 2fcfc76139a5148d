package commands_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// A case is judged once, and not by who made it; a word can be added to it.
func TestReviewAndNote(t *testing.T) {
	st := newStage(t)
	st.grant("U0ADMIN", moderation.Admin, "*")
	st.typed(owner, "kick standup chaos")
	if n, ok := st.typed(owner, "review 1 right").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("one's own: %+v", n)
	}
	if a, ok := st.typed("U0ADMIN", "review 1 wrong it was a test").(commands.CaseAnswer); !ok || a.Case.Review == nil ||
		a.Case.Review.Verdict != "wrong" || a.Case.Review.Text != "it was a test" {
		t.Errorf("answer %+v", a)
	}
	if n, ok := st.typed("U0ADMIN", "review 1").(commands.Notice); !ok || n.Code != moderation.CodeConflict {
		t.Errorf("again: %+v", n)
	}
	if a, ok := st.typed(moderator, "note 1 third time").(commands.CaseAnswer); !ok || len(a.Case.Notes) != 1 {
		t.Errorf("note: %+v", a)
	}
	if n, ok := st.typed(viewer, "note 1 x").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("a viewer's note: %+v", n)
	}
	if h, ok := st.typed("U0ADMIN", "case 1").(commands.CaseHistory); !ok || len(h.Records) != 4 {
		t.Errorf("history %+v", h)
	}
	if p, ok := st.typed(owner, "audit sim:standup actor=<@"+owner+"> action=kick since=1h").(commands.CasePage); !ok || len(p.Cases) != 1 {
		t.Errorf("audit %+v", p)
	}
	if p, ok := st.typed(owner, "audit outcome=refused").(commands.CasePage); !ok || len(p.Cases) != 0 {
		t.Errorf("audit %+v", p)
	}
}

// Who let a request pass has acted by it: they do not judge it, and are not
// asked to.
func TestReviewByWhoApproved(t *testing.T) {
	st := newStage(t)
	st.grant("U0ADMIN", moderation.Admin, "*")
	st.typed(viewer, "request standup chaos kick spam")
	st.answers("U0ADMIN", "approve", 1)
	if c := st.lastCase(); c.Outcome != moderation.Succeeded || c.ApprovedBy != "U0ADMIN" {
		t.Fatalf("case %+v", c)
	}
	if h := st.Home(t.Context(), by("U0ADMIN")); len(h.Review) != 0 {
		t.Errorf("asked to review %+v", h.Review)
	}
	if n, ok := st.typed("U0ADMIN", "review 1 right").(commands.Notice); !ok || n.Tone != commands.Refusal {
		t.Errorf("reviewed what they let pass: %+v", n)
	}
	if a, ok := st.typed(owner, "review 1 right").(commands.CaseAnswer); !ok || a.Case.Review == nil {
		t.Errorf("another's review: %+v", a)
	}
}

// Changes of roles are read, and reviewed, where one may do so in the scope of
// the change: each by its own, whatever was decided about the one before.
func TestRoleCasesGoByTheirScope(t *testing.T) {
	st := newStage(t)
	st.grant("U0LOCAL", moderation.Admin, "sim:*")
	st.typed(owner, "role grant U0ANN viewer *")
	st.typed(owner, "role grant U0BEN viewer sim:*")
	st.typed(owner, "role grant U0CLEO viewer *")
	page, ok := st.typed("U0LOCAL", "audit").(commands.CasePage)
	if !ok || len(page.Cases) != 1 || page.Cases[0].Scope != "sim:*" {
		t.Errorf("the audit shows %+v", page.Cases)
	}
	home := st.Home(t.Context(), by("U0LOCAL"))
	if len(home.Review) != 1 || home.Review[0].Scope != "sim:*" {
		t.Errorf("the home asks to review %+v", home.Review)
	}
}
