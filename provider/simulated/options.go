package simulated

import (
	"maps"
	"regexp"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// The words of set and dial.
const (
	endsRoom   = "end_conference_on_exit"
	beepOnExit = "beep_on_exit"
	startMuted = "muted"
	timeout    = "timeout"
)

var yesNo = []string{"true", "false"}

// Options names the key=value words of set and dial.
func (d *Driver) Options(a moderation.Action) []provider.Option {
	switch a {
	case moderation.ActionSet:
		return []provider.Option{
			{Name: endsRoom, Usage: "the room ends for all when this person leaves", Values: yesNo},
			{Name: beepOnExit, Usage: "a beep when this person leaves", Values: yesNo},
		}
	case moderation.ActionDial:
		return []provider.Option{
			{Name: timeout, Usage: "seconds to let it ring, 5 to 600"},
			{Name: startMuted, Usage: "comes in muted", Values: yesNo},
			{Name: endsRoom, Usage: "the room ends for all when this person leaves", Values: yesNo},
		}
	default:
		return nil
	}
}

var number = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|sip:[^\s@]+@[^\s@]+|client:[\w.-]+)$`)

// CheckOrder checks the words of set and dial.
func (d *Driver) CheckOrder(o provider.Order) error {
	if o.Action != moderation.ActionSet && o.Action != moderation.ActionDial {
		return nil
	}
	if o.Action == moderation.ActionDial && !number.MatchString(o.Number) {
		return moderation.Fault(moderation.CodeInvalid, "provider.bad_number", "Number", moderation.Literal(o.Number))
	}
	if o.Action == moderation.ActionSet && len(o.Options) == 0 {
		return moderation.Fault(moderation.CodeInvalid, "provider.no_options", "Options", provider.OptionNames(d.Options(o.Action)))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Options)) {
		if err := provider.CheckOption(d.Options(o.Action), name, o.Options[name]); err != nil {
			return err
		}
		if name == timeout {
			if err := provider.CheckRange(name, o.Options[name], 5, 600); err != nil {
				return err
			}
		}
	}
	return nil
}
