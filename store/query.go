package store

import "github.com/roomwarden/roomwarden/moderation"

// Matches reports whether the query selects c; paging apart.
func (q CaseQuery) Matches(c moderation.Case) bool {
	for _, pair := range [...][2]string{
		{q.Provider, c.Provider},
		{q.Actor, c.Actor},
		{string(q.Action), string(c.Action)},
		{string(q.Outcome), string(c.Outcome)},
	} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	switch {
	case q.Room != "" && q.Room != c.Room && q.Room != c.RoomID:
		return false
	case q.Participant != "" && q.Participant != c.Participant && q.Participant != c.ParticipantName:
		return false
	case !q.Since.IsZero() && c.At.Before(q.Since):
		return false
	case !q.Until.IsZero() && !c.At.Before(q.Until):
		return false
	}
	return !q.Unreviewed || c.Review == nil
}
