package livekit

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

const dialMethod = "CreateSIPParticipant"

// Dial calls a number in over the configured SIP trunk. It returns once the
// call is on its way: whether it is answered shows in the room.
func (d *Driver) Dial(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if d.trunk == "" {
		return provider.Effect{}, moderation.Fault(moderation.CodeUnsupported, "livekit.no_trunk")
	}
	if err := d.CheckOrder(o); err != nil {
		return provider.Effect{}, err
	}
	request := &lk.CreateSIPParticipantRequest{
		SipTrunkId: d.trunk, SipCallTo: o.Number, RoomName: o.Room.ID,
		ParticipantIdentity: o.Label, ParticipantName: o.Label,
		PlayDialtone: o.Options[dialTone] == "true", Dtmf: o.Options[digits],
	}
	if s, err := strconv.Atoi(o.Options[ringTime]); err == nil {
		request.RingingTimeout = durationpb.New(time.Duration(s) * time.Second)
	}
	if s, err := strconv.Atoi(o.Options[maxTime]); err == nil {
		request.MaxCallDuration = durationpb.New(time.Duration(s) * time.Second)
	}
	answer, err := call(ctx, d, writes, dialMethod, func(ctx context.Context) (*lk.SIPParticipantInfo, error) {
		return d.sip.CreateSIPParticipant(ctx, request)
	})
	if is(err, moderation.CodeRejected) {
		return provider.Effect{}, moderation.Fault(moderation.CodeRejected, "livekit.dial_refused").Because(err)
	}
	if err != nil {
		return provider.Effect{}, err
	}
	return provider.Effect{Participant: moderation.Participant{
		Identity: answer.GetParticipantIdentity(), ID: answer.GetParticipantId(), Name: o.Label,
		Number: o.Number, Kind: moderation.Phone, Presence: moderation.Connecting,
	}}, nil
}

// The words of set and dial.
const (
	setName     = "name"
	setMetadata = "metadata"
	setRoom     = provider.RoomOption + "metadata"
	ringTime    = "timeout"
	maxTime     = "time_limit"
	dialTone    = "play_dialtone"
	digits      = "send_digits"
)

// Options names the key=value words of mute, set and dial.
func (d *Driver) Options(a moderation.Action) []provider.Option {
	switch a {
	case moderation.ActionMute, moderation.ActionUnmute:
		return []provider.Option{{Name: "track_sid", Usage: "one track alone, by its sid; its owner can undo that", Track: true}}
	case moderation.ActionSet:
		return []provider.Option{
			{Name: setName, Usage: "the name that others see"},
			{Name: setMetadata, Usage: "the participant's metadata, as the app reads it"},
			{Name: setRoom, Usage: "the room's metadata, whole; its auth_id stays as it is"},
		}
	case moderation.ActionDial:
		return []provider.Option{
			{Name: ringTime, Usage: "seconds to let it ring, 5 to 80"},
			{Name: maxTime, Usage: "seconds after which the call ends, 1 to 86400"},
			{Name: dialTone, Usage: "the room hears it ring", Values: []string{"true", "false"}},
			{Name: digits, Usage: "keys to press once it is answered, w waits half a second"},
		}
	default:
		return nil
	}
}

var (
	number = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|sip:[^\s@]+@[^\s@]+)$`)
	keys   = regexp.MustCompile(`^[0-9*#w]{1,64}$`)
)

// CheckOrder checks the words of set and dial.
func (d *Driver) CheckOrder(o provider.Order) error {
	switch o.Action {
	case moderation.ActionSet:
		if len(o.Options) == 0 {
			return moderation.Fault(moderation.CodeInvalid, "provider.no_options", "Options", provider.OptionNames(d.Options(o.Action)))
		}
		if err := checkRoomWords(o); err != nil {
			return err
		}
	case moderation.ActionDial:
		if !number.MatchString(o.Number) {
			return moderation.Fault(moderation.CodeInvalid, "livekit.bad_number", "Number", moderation.Literal(o.Number))
		}
	default:
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(o.Options)) {
		value := o.Options[name]
		if err := provider.CheckOption(d.Options(o.Action), name, value); err != nil {
			return err
		}
		switch {
		case name == ringTime:
			if err := provider.CheckRange(name, value, 5, 80); err != nil {
				return err
			}
		case name == maxTime:
			if err := provider.CheckRange(name, value, 1, 86400); err != nil {
				return err
			}
		case name == digits && !keys.MatchString(value):
			return moderation.Fault(moderation.CodeInvalid, "livekit.bad_digits", "Value", moderation.Literal(value))
		case value == "":
			return moderation.Fault(moderation.CodeInvalid, "provider.empty_option", "Option", moderation.Literal(name))
		}
	}
	return nil
}
