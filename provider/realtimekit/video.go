package realtimekit

import (
	"context"
	"encoding/json"

	kit "github.com/cloudflare/cloudflare-go/v6/realtime_kit"
	"golang.org/x/sync/errgroup"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// parallel bounds the requests that go out at once in a bulk order.
const parallel = 8

// earlier is what a mute of video leaves to give back: each person's user id
// and preset, by identity.
type earlier map[string]enrolment

type enrolment struct {
	User   string `json:"user"`
	Preset string `json:"preset"`
}

func (e earlier) pack() json.RawMessage {
	if len(e) == 0 {
		return nil
	}
	raw, _ := json.Marshal(e) // of strings: cannot fail
	return raw
}

// stopVideo gives someone the preset that may not send video and puts them out:
// it holds from when they come in again.
func (d *Driver) stopVideo(ctx context.Context, o provider.Order, all []moderation.Participant) (provider.Effect, error) {
	who, there := connection(all, o.Participant)
	if !there {
		for _, p := range all { // put out by the mute, and in again
			if p.Identity == o.Participant.Identity && p.IsBlocked(moderation.Video) {
				return provider.Effect{}, nil
			}
		}
		return provider.Effect{}, errNoPerson
	}
	effect, err := d.stopVideoOf(ctx, o, []moderation.Participant{who})
	if err == nil && effect.Reached == 0 && len(effect.Unreached) > 0 {
		return provider.Effect{}, moderation.Fault(moderation.CodeRejected, "realtimekit.video.preset_refused", "Person", who.DisplayName())
	}
	effect.Reached = 0
	return effect, err
}

func (d *Driver) stopVideoOfAll(ctx context.Context, o provider.Order, people []moderation.Participant) (provider.Effect, error) {
	return d.stopVideoOf(ctx, o, people)
}

// stopVideoOf changes the presets of those who may send video, one request
// each, and then puts all of them out in one.
func (d *Driver) stopVideoOf(ctx context.Context, o provider.Order, people []moderation.Participant) (provider.Effect, error) {
	if d.presets.noVideo == "" {
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "realtimekit.can.no_video")
	}
	if err := d.checkNoVideo(ctx); err != nil {
		return provider.Effect{}, err
	}
	before := make([]enrolment, len(people))
	failed := make([]error, len(people))
	group := errgroup.Group{}
	group.SetLimit(parallel)
	for i, p := range people {
		group.Go(func() error {
			before[i], failed[i] = d.api.setPreset(ctx, o.Room.ID, p, d.presets.noVideo)
			return nil
		})
	}
	_ = group.Wait() // each error is in failed
	lost := earlier{}
	for i, p := range people {
		if is(failed[i], moderation.CodeOutcomeUnknown) { // it may be changed, and they are not put out
			lost[p.Identity] = before[i]
		}
	}
	d.giveBack(context.WithoutCancel(ctx), o.Room, lost)
	if len(people) == 1 && failed[0] != nil {
		return provider.Effect{}, failed[0]
	}
	had, out, effect := earlier{}, []moderation.Participant{}, provider.Effect{}
	for i, p := range people {
		switch {
		case failed[i] != nil:
			effect.Unreached = append(effect.Unreached, moderation.Unreached{Identity: p.Identity, Name: p.DisplayName(), Why: why(failed[i])})
			continue
		case before[i].Preset != d.presets.noVideo:
			had[p.Identity] = before[i]
			if o.Action == moderation.ActionMuteAll {
				one := earlier{p.Identity: before[i]}
				effect.Took = append(effect.Took, provider.Took{Identity: p.Identity, ID: p.ID, Restore: one.pack()})
			}
		}
		effect.Reached++
		if !p.IsBlocked(moderation.Video) {
			out = append(out, p)
		}
	}
	effect.Restore = had.pack()
	if len(out) == 0 {
		return effect, nil
	}
	if err := d.putOut(ctx, o.Room, out); err != nil {
		d.giveBack(context.WithoutCancel(ctx), o.Room, had)
		return provider.Effect{}, err
	}
	effect.Says = append(effect.Says, moderation.Say("realtimekit.video.rejoin"))
	return effect, nil
}

// putOut kicks people so that their new presets hold. Where the answer was lost,
// the meeting tells whether they are out.
func (d *Driver) putOut(ctx context.Context, room moderation.Room, people []moderation.Participant) error {
	err := d.api.kick(ctx, room.ID, targets(people...))
	if is(err, moderation.CodeOutcomeUnknown) {
		if stay, unread := d.stay(context.WithoutCancel(ctx), room, people); unread == nil && !stay {
			return nil
		}
	}
	if is(err, moderation.CodeNotFound) { // they have left
		return nil
	}
	return err
}

// Remember says before a mute of video by preset which preset the participant
// was seen with.
func (d *Driver) Remember(o provider.Order) json.RawMessage {
	user, preset := o.Participant.Attributes[userID], o.Participant.Attributes[presetName]
	if o.Action != moderation.ActionMute || medium(o) != moderation.Video || d.stage != nil ||
		user == "" || preset == "" || preset == d.presets.noVideo {
		return nil
	}
	return earlier{o.Participant.Identity: {User: user, Preset: preset}}.pack()
}

// giveBack undoes changed presets of those who are not put out, as far as it can.
func (d *Driver) giveBack(ctx context.Context, room moderation.Room, had earlier) {
	for identity, e := range had {
		if err := d.api.editPreset(ctx, room.ID, e.User, e.Preset); err != nil {
			d.log.Warn("a preset could not be given back", "room", room.ID, "preset", e.Preset, "participant", identity, "error", err)
		}
	}
}

// allowVideo gives someone the earlier preset back, and puts them out so that it holds.
func (d *Driver) allowVideo(ctx context.Context, o provider.Order) (provider.Effect, error) {
	had := earlier{}
	for _, left := range append([]json.RawMessage{o.Restore}, o.OfAll...) {
		if len(left) == 0 {
			continue
		}
		if err := json.Unmarshal(left, &had); err != nil { // adds to what is there
			return provider.Effect{}, moderation.Errorf(moderation.CodeInternal, "what a mute left to restore: %w", err)
		}
	}
	before, known := had[o.Participant.Identity]
	if !known && d.stage != nil && !o.Participant.IsBlocked(moderation.Video) {
		return provider.Effect{Says: []moderation.Sentence{moderation.Say("realtimekit.video.never_locked")}}, nil
	}
	if !known {
		return provider.Effect{}, moderation.Fault(moderation.CodeConflict, "realtimekit.video.no_earlier_preset", "Person", o.Participant.DisplayName())
	}
	if err := d.api.editPreset(ctx, o.Room.ID, before.User, before.Preset); err != nil {
		if is(err, moderation.CodeNotFound) {
			return provider.Effect{}, errNoPerson
		}
		return provider.Effect{}, err
	}
	err := d.api.kick(ctx, o.Room.ID, addressees{Users: []string{before.User}, Custom: []string{}})
	if err != nil && !is(err, moderation.CodeNotFound) { // they have left: it holds when they come again
		return provider.Effect{}, err
	}
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("realtimekit.video.rejoin_free")}}, nil
}

// setPreset changes the preset of someone's enrolment and returns what it was.
func (a *api) setPreset(ctx context.Context, meeting string, p moderation.Participant, preset string) (enrolment, error) {
	user, err := a.userOf(ctx, meeting, p)
	if err != nil {
		return enrolment{}, err
	}
	now, err := a.presetOf(ctx, meeting, user)
	if err != nil {
		return enrolment{}, err
	}
	before := enrolment{User: user, Preset: now}
	if now == preset {
		return before, nil
	}
	err = a.editPreset(ctx, meeting, user, preset)
	if is(err, moderation.CodeNotFound) { // they are enrolled: it is the preset that is gone
		err = moderation.Fault(moderation.CodeRejected, "realtimekit.preset.missing", "Preset", moderation.Literal(preset)).Because(err)
	}
	return before, err
}

// userOf returns someone's user id. What is settled later knows the identity
// alone, and a row of a session need not have it: it is the enrolment's id too.
func (a *api) userOf(ctx context.Context, meeting string, p moderation.Participant) (string, error) {
	if user := p.Attributes[userID]; segment.MatchString(user) {
		return user, nil
	}
	found, err := a.enrolled(ctx, meeting, p.Identity)
	if is(err, moderation.CodeNotFound) {
		return "", moderation.Fault(moderation.CodeRejected, "realtimekit.video.not_enrolled").Because(err)
	}
	return found.ID, err
}

func (a *api) presetOf(ctx context.Context, meeting, user string) (string, error) {
	answer, err := call(ctx, reads, func(ctx context.Context) (*kit.MeetingGetMeetingParticipantResponse, error) {
		var p kit.MeetingGetMeetingParticipantParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		return a.kit.Meetings.GetMeetingParticipant(ctx, a.app, meeting, user, p)
	})
	if is(err, moderation.CodeNotFound) {
		return "", moderation.Fault(moderation.CodeRejected, "realtimekit.video.not_enrolled").Because(err)
	}
	if err != nil {
		return "", err
	}
	return answer.Data.PresetName, nil
}

func (a *api) editPreset(ctx context.Context, meeting, user, preset string) error {
	if !segment.MatchString(meeting) || !segment.MatchString(user) {
		return errNoPerson
	}
	_, err := call(ctx, writes, func(ctx context.Context) (*kit.MeetingEditParticipantResponse, error) {
		var p kit.MeetingEditParticipantParams
		put(&p.AccountID.Value, &p.AccountID.Present, a.account)
		put(&p.PresetName.Value, &p.PresetName.Present, preset)
		return a.kit.Meetings.EditParticipant(ctx, a.app, meeting, user, p)
	})
	return err
}

// why is the key of the sentence that says why one of many was not reached.
func why(err error) string {
	switch moderation.CodeOf(err) {
	case moderation.CodeRateLimited:
		return "realtimekit.why.slow"
	case moderation.CodeOutcomeUnknown, moderation.CodeUnavailable:
		return "realtimekit.why.no_answer"
	default:
		return "realtimekit.why.refused"
	}
}
