package commands

import (
	"context"
	"errors"
	"time"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
	"github.com/roomwarden/roomwarden/store"
)

// verifyTries is how often a room that cannot be read is looked at again.
const verifyTries = 3

// verify looks at the room once more, a while after a success, and notes in
// the case whether it lasted: gone and still gone, or came back after 4 s.
func (s *Service) verify(ctx context.Context, t timer) error {
	c, err := s.caseOf(ctx, t.Case)
	if errors.Is(err, store.ErrNotFound) {
		return s.drop(ctx, t)
	}
	if err != nil {
		return err
	}
	client, ok := s.Providers.Get(c.Provider)
	if !ok || c.UndoneBy != "" || c.Expired || c.Redacted {
		return s.drop(ctx, t)
	}
	reading, cancel := context.WithTimeout(ctx, readDeadline)
	defer cancel()
	says, err := s.lasted(reading, client, c)
	if err != nil {
		if t.Tries+1 < verifyTries {
			return s.update(ctx, func(tx store.Tx) error { return postpone(tx, t, time.Now().Add(verifyAfter)) })
		}
		says = moderation.Say("verify.unread", "Why", why(err))
	}
	r := following(c, moderation.RecordNoted, moderation.SystemActor)
	r.Words.Text = s.plain([]moderation.Sentence{says})
	_, err = s.write(ctx, entry{record: r, after: func(tx store.Tx, _ moderation.Case) error {
		_, err := timers.Delete(tx, t.key())
		return err
	}})
	return err
}

// lasted says whether the effect of a case is still there.
func (s *Service) lasted(ctx context.Context, client *provider.Client, c moderation.Case) (moderation.Sentence, error) {
	seconds := int(time.Since(c.ChangedAt).Round(time.Second).Seconds())
	room := caseRoom(c)
	switch c.Action {
	case moderation.ActionEnd:
		live, err := client.Room(ctx, room.ID)
		switch {
		case moderation.CodeOf(err) == moderation.CodeNotFound:
			return moderation.Say("verify.ended", "Seconds", seconds), nil
		case err != nil:
			return moderation.Sentence{}, err
		case live.CreatedAt.After(c.ChangedAt):
			return moderation.Say("verify.reopened", "Seconds", int(live.CreatedAt.Sub(c.ChangedAt).Seconds())), nil
		}
		return moderation.Say("verify.not_ended", "Seconds", seconds, "People", live.Participants), nil
	case moderation.ActionKick, moderation.ActionBan:
		return returned(ctx, client, c, seconds)
	}
	one, err := client.Participant(ctx, room, c.ParticipantID)
	if moderation.CodeOf(err) == moderation.CodeNotFound {
		one, err = client.Participant(ctx, room, c.Participant)
	}
	switch code := moderation.CodeOf(err); {
	case code == moderation.CodeNotFound:
		return moderation.Say("verify.left", "Seconds", seconds), nil
	case err != nil:
		return moderation.Sentence{}, err
	case c.Action == moderation.ActionHold && one.OnHold, c.Action == moderation.ActionMute && provider.TrackSilenced(one, c.Media, c.Track):
		return moderation.Say("verify.holds", "Action", string(c.Action), "Seconds", seconds), nil
	case c.Action == moderation.ActionMute && len(one.Tracks) == 0: // RealtimeKit shows no microphones
		return moderation.Say("verify.untold", "Seconds", seconds), nil
	}
	return moderation.Say("verify.lifted", "Action", string(c.Action), "Seconds", seconds), nil
}

// returned says whether someone who was removed is there again.
func returned(ctx context.Context, client *provider.Client, c moderation.Case, seconds int) (moderation.Sentence, error) {
	for _, word := range []string{c.ParticipantID, c.Participant} {
		if word == "" {
			continue
		}
		one, err := client.Participant(ctx, caseRoom(c), word)
		switch code := moderation.CodeOf(err); {
		case code == moderation.CodeNotFound:
			continue
		case err != nil:
			return moderation.Sentence{}, err
		case one.ID == c.ParticipantID:
			return moderation.Say("verify.still_there", "Seconds", seconds), nil
		case one.JoinedAt.After(c.ChangedAt):
			return moderation.Say("verify.came_back", "After", max(1, int(one.JoinedAt.Sub(c.ChangedAt).Round(time.Second).Seconds()))), nil
		}
		return moderation.Say("verify.there_again"), nil
	}
	return moderation.Say("verify.gone", "Seconds", seconds), nil
}
