package commands

import (
	"context"
	"slices"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// definePreset makes or changes a preset of one's own.
func (s *Service) definePreset(ctx context.Context, in Invocation) Answer {
	if answer := in.needs(ArgPreset, ArgText); answer != nil {
		return answer
	}
	preset, err := parsePermissions(in.Args[ArgText])
	if err != nil {
		return fault(in, ArgText, err)
	}
	preset.Name = in.Args[ArgPreset]
	c, answer := s.readPreset(ctx, in, moderation.ActionDefine, preset)
	if answer != nil {
		return answer
	}
	c.done = sayDefined(preset)
	return s.change(ctx, in, c)
}

// sayDefined tells what a preset has now, and where it is blind alone.
func sayDefined(p moderation.Preset) moderation.Sentence {
	s := moderation.Say("role.defined", "Preset", moderation.Literal(p.Name),
		"Permissions", permissionsOf(p), "Blind", !p.Has(moderation.ListRooms))
	if p.MaxBan > 0 {
		s.Args["Bound"] = p.MaxBan
	}
	return s
}

func permissionsOf(p moderation.Preset) (all []string) {
	for _, permission := range p.Permissions {
		all = append(all, string(permission))
	}
	return all
}

// deletePreset removes a preset of one's own that no grant uses.
func (s *Service) deletePreset(ctx context.Context, in Invocation) Answer {
	if answer := in.needs(ArgPreset); answer != nil {
		return answer
	}
	c, answer := s.readPreset(ctx, in, moderation.ActionDelete, moderation.Preset{Name: in.Args[ArgPreset]})
	if answer != nil {
		return answer
	}
	if c.before == nil {
		return fault(in, ArgPreset, moderation.Fault(moderation.CodeNotFound, "role.no_preset",
			"Preset", moderation.Literal(in.Args[ArgPreset]), "Near", []string(nil)))
	}
	c.preset, c.before = *c.before, nil
	c.check = func(tx store.Tx) error { return presetUnused(tx, c.preset.Name) }
	c.done = moderation.Say("role.deleted", "Preset", moderation.Literal(c.preset.Name))
	return s.change(ctx, in, c)
}

// presetUnused refuses while grants use the preset, and names them.
func presetUnused(tx store.Tx, name string) error {
	all, err := store.Grants.All(tx, "")
	if err != nil {
		return err
	}
	var used []moderation.Sentence
	for _, g := range all {
		if g.Preset == name {
			used = append(used, moderation.Say("role.holds", roleChange{grant: g, preset: moderation.Preset{Name: name}}.facts()...))
		}
	}
	if len(used) == 0 {
		return nil
	}
	const shown = 10
	return moderation.Fault(moderation.CodeConflict, "role.preset_used", "Preset", moderation.Literal(name),
		"Count", len(used), "Grants", used[:min(len(used), shown)])
}

// readPreset begins a change of an own preset, with what stands under its name.
func (s *Service) readPreset(ctx context.Context, in Invocation, action moderation.Action, preset moderation.Preset) (roleChange, Answer) {
	c := roleChange{action: action, preset: preset}
	if _, taken := builtIn(preset.Name); taken {
		return c, fault(in, ArgPreset, moderation.Fault(moderation.CodeInvalid, "role.built_in", "Preset", moderation.Literal(preset.Name)))
	}
	if _, taken := permissionOf(preset.Name); taken || !presetName.MatchString(preset.Name) {
		return c, fault(in, ArgPreset, moderation.Fault(moderation.CodeInvalid, "role.preset_name", "Preset", moderation.Literal(preset.Name)))
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return c, s.unreadable(err)
	}
	if before, ok := policy.Preset(preset.Name); ok {
		c.before = &before
		if c.held, err = s.isHeld(ctx, preset.Name); err != nil {
			return c, s.unreadable(err)
		}
	}
	return c, nil
}

// isHeld reports whether a grant gives the preset to anyone.
func (s *Service) isHeld(ctx context.Context, name string) (held bool, err error) {
	err = s.view(ctx, func(tx store.Tx) error {
		all, err := store.Grants.All(tx, "")
		held = slices.ContainsFunc(all, func(g moderation.Grant) bool { return g.Preset == name })
		return err
	})
	return held, err
}
