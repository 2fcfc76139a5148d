package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// maxRoleFile bounds a file of roles, in runes.
const maxRoleFile = 1 << 20

// roleFile is the file of `role apply`: every grant and every preset of one's
// own. Owners of the configuration are not in it.
type roleFile struct {
	Presets []rolePreset `yaml:"presets,omitempty"`
	Grants  []roleGrant  `yaml:"grants,omitempty"`
}

// rolePreset is a preset in a roleFile.
type rolePreset struct {
	Name        string   `yaml:"name"`
	Permissions []string `yaml:"permissions,flow"`
	MaxBan      string   `yaml:"max_ban,omitempty"` // FOR
}

// roleGrant is a grant in a roleFile.
type roleGrant struct {
	Subject string     `yaml:"subject"` // a bare id
	Preset  string     `yaml:"preset"`
	Scope   string     `yaml:"scope,omitempty"` // * where left out
	AuthID  string     `yaml:"auth_id,omitempty"`
	Until   *time.Time `yaml:"until,omitempty"`
	Reason  string     `yaml:"reason,omitempty"`
}

// ExportRoles writes a list of roles as the file that `role apply` reads. The
// built-in presets are left out.
func ExportRoles(page GrantPage) ([]byte, error) {
	var f roleFile
	for _, p := range page.Presets {
		if _, built := builtIn(p.Name); built {
			continue
		}
		own := rolePreset{Name: p.Name, Permissions: permissionsOf(p)}
		if p.MaxBan > 0 {
			own.MaxBan = spanOf(p.MaxBan)
		}
		f.Presets = append(f.Presets, own)
	}
	for _, g := range page.Grants {
		out := roleGrant{Subject: g.Subject.ID, Preset: g.Preset, Scope: g.Scope, AuthID: g.AuthID, Reason: g.Reason}
		if !g.Until.IsZero() {
			until := g.Until.UTC()
			out.Until = &until
		}
		f.Grants = append(f.Grants, out)
	}
	if len(f.Presets) == 0 && len(f.Grants) == 0 {
		return []byte("grants: []\n"), nil
	}
	return yaml.MarshalWithOptions(f, yaml.IndentSequence(true))
}

// spanOf writes a time as FOR, in whole seconds at the finest.
func spanOf(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{7 * 24 * time.Hour, "w"}, {24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%u.unit == 0 {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// parseRoles reads a file strictly: what is unknown, twice or no grant is named
// with its line.
func parseRoles(text []byte) ([]moderation.Preset, []moderation.Grant, error) {
	var f roleFile
	decoder := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(), yaml.DisallowUnknownField())
	err := decoder.Decode(&f)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, nil, moderation.Fault(moderation.CodeInvalid, "role.file", "Why", yaml.FormatError(err, false, false))
	case f.Presets == nil && f.Grants == nil: // most likely what should have written it failed
		return nil, nil, moderation.Fault(moderation.CodeInvalid, "role.file_empty")
	}
	wrong := func(path string, err error) error {
		says := faultOf(err)
		return moderation.Fault(moderation.CodeInvalid, "role.file_line", "Line", lineOf(text, path), "Why", says)
	}
	var presets []moderation.Preset
	known := map[string]bool{}
	for _, b := range moderation.BuiltIn() {
		known[b.Name] = true
	}
	for i, p := range f.Presets {
		preset, err := p.preset(known)
		if err != nil {
			return nil, nil, wrong(fmt.Sprintf("$.presets[%d]", i), err)
		}
		known[p.Name] = true
		presets = append(presets, preset)
	}
	var grants []moderation.Grant
	seen := map[string]bool{}
	for i, g := range f.Grants {
		grant, err := g.grant(known)
		if err == nil && seen[grant.Key()] {
			err = moderation.Fault(moderation.CodeInvalid, "role.file_twice", "Name", moderation.Literal(g.Subject+" "+g.Preset))
		}
		if err != nil {
			return nil, nil, wrong(fmt.Sprintf("$.grants[%d]", i), err)
		}
		seen[grant.Key()] = true
		grants = append(grants, grant)
	}
	return presets, grants, nil
}

// lineOf is the line on which a node of the file begins; 0 where that is not known.
func lineOf(text []byte, path string) int {
	p, err := yaml.PathString(path)
	if err != nil {
		return 0
	}
	node, err := p.ReadNode(bytes.NewReader(text))
	if err != nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

func (p rolePreset) preset(known map[string]bool) (moderation.Preset, error) {
	switch _, taken := permissionOf(p.Name); {
	case known[p.Name]:
		return moderation.Preset{}, moderation.Fault(moderation.CodeInvalid, "role.file_twice", "Name", moderation.Literal(p.Name))
	case taken || !presetName.MatchString(p.Name):
		return moderation.Preset{}, moderation.Fault(moderation.CodeInvalid, "role.preset_name", "Preset", moderation.Literal(p.Name))
	}
	text := strings.Join(p.Permissions, " ")
	if p.MaxBan != "" {
		text += " max_ban=" + p.MaxBan
	}
	preset, err := parsePermissions(text)
	preset.Name = p.Name
	return preset, err
}

func (g roleGrant) grant(presets map[string]bool) (moderation.Grant, error) {
	out := moderation.Grant{Preset: g.Preset, Scope: g.Scope, AuthID: g.AuthID, Reason: g.Reason}
	if out.Scope == "" {
		out.Scope = moderation.Everywhere
	}
	if g.Until != nil {
		out.Until = g.Until.UTC()
	}
	var err error
	if out.Subject, err = parseSubject(g.Subject); err != nil {
		return out, err
	}
	if !presets[g.Preset] {
		return out, moderation.Fault(moderation.CodeNotFound, "role.no_preset", "Preset", moderation.Literal(g.Preset), "Near", []string(nil))
	}
	_, err = moderation.ParseScope(out.Scope)
	return out, err
}

// applyRoles makes the store's grants and presets those of a file, all in one
// transaction, each change a case. With the option dry_run=true it tells the
// difference alone. It is for the command line.
func (s *Service) applyRoles(ctx context.Context, in Invocation) Answer {
	if in.Caller.Actor.Kind != moderation.System {
		return failure(moderation.Fault(moderation.CodeForbidden, "role.apply_cli"))
	}
	presets, grants, err := parseRoles([]byte(in.Args[ArgText]))
	if err != nil {
		return failure(err)
	}
	options, err := in.Args.options()
	if err != nil {
		return failure(err)
	}
	dry := options["dry_run"] == "true"
	if d := s.may(ctx, in.Caller, moderation.ManageRoles, Target{}); !d.Allowed {
		return Notice{Tone: Refusal, Code: moderation.CodeForbidden, Says: d.Says}
	}
	var says []moderation.Sentence
	work := func(tx store.Tx) error {
		changes, err := differences(tx, in, presets, grants)
		if err != nil {
			return err
		}
		says = nil
		for i, c := range changes {
			says = append(says, c.done)
			if dry {
				continue
			}
			if err := s.applyOne(tx, in, c, i); err != nil {
				return err
			}
		}
		return nil
	}
	if dry {
		err = s.view(ctx, work)
	} else if err = s.update(ctx, work); err == nil {
		s.posted()
		s.work.nudge()
	}
	var known *moderation.Error
	switch {
	case errors.As(err, &known):
		return failure(err)
	case err != nil:
		return s.unstored(err)
	case len(says) == 0:
		return Notice{Tone: Done, Says: []moderation.Sentence{moderation.Say("role.apply_nothing")}}
	case dry:
		says = append(says, moderation.Say("role.apply_dry", "Count", len(says)))
		return Notice{Tone: Info, Says: says}
	}
	return Notice{Tone: Done, Says: append(says, moderation.Say("role.apply_done", "Count", len(says)))}
}

// applyOne writes one change of a file inside the transaction of all.
func (s *Service) applyOne(tx store.Tx, in Invocation, c roleChange, place int) error {
	if in.Key != "" {
		in.Key = fmt.Sprintf("%s/%d", in.Key, place)
	}
	if c.check != nil {
		if err := c.check(tx); err != nil {
			return err
		}
	}
	r := c.record(in, moderation.RecordSucceeded)
	r.At, r.Words.Reason = time.Now().UTC(), c.grant.Reason
	r.Words.Text = s.plain([]moderation.Sentence{c.done})
	written, err := s.add(tx, r)
	if err != nil {
		return err
	}
	return c.put(tx, written.Number)
}

// differences lists what makes the store that of the file: presets first made,
// then grants taken and given, then presets deleted.
func differences(tx store.Tx, in Invocation, presets []moderation.Preset, grants []moderation.Grant) ([]roleChange, error) {
	heldPresets, err := store.Presets.All(tx, "")
	if err != nil {
		return nil, err
	}
	heldGrants, err := store.Grants.All(tx, "")
	if err != nil {
		return nil, err
	}
	changes := definitions(heldPresets, presets)
	named := func(name string) moderation.Preset {
		if b, ok := builtIn(name); ok {
			return b
		}
		for _, p := range presets {
			if p.Name == name {
				return p
			}
		}
		return moderation.Preset{Name: name}
	}
	now := time.Now().UTC()
	wanted := map[string]moderation.Grant{}
	for _, g := range grants {
		wanted[g.Key()] = g
	}
	held := map[string]moderation.Grant{}
	for _, g := range heldGrants {
		held[g.Key()] = g
		if _, stays := wanted[g.Key()]; !stays {
			c := roleChange{action: moderation.ActionRevoke, grant: g, preset: named(g.Preset)}
			c.done = moderation.Say("role.revoked", c.facts()...)
			changes = append(changes, c)
		}
	}
	for _, g := range grants {
		if before, there := held[g.Key()]; there && before.Until.Equal(g.Until) {
			continue
		}
		g.GrantedBy, g.GrantedAt = in.Caller.Actor.String(), now
		c := roleChange{action: moderation.ActionGrant, grant: g, preset: named(g.Preset)}
		c.done = moderation.Say("role.granted", c.facts()...)
		changes = append(changes, c)
	}
	for _, p := range heldPresets {
		if !slices.ContainsFunc(presets, func(q moderation.Preset) bool { return q.Name == p.Name }) {
			changes = append(changes, roleChange{
				action: moderation.ActionDelete, preset: p,
				done: moderation.Say("role.deleted", "Preset", moderation.Literal(p.Name)),
			})
		}
	}
	return changes, nil
}

// definitions lists the presets of the file that the store has not, or otherwise.
func definitions(held, wanted []moderation.Preset) (changes []roleChange) {
	for _, p := range wanted {
		same := slices.ContainsFunc(held, func(q moderation.Preset) bool {
			return q.Name == p.Name && q.MaxBan == p.MaxBan && slices.Equal(q.Permissions, p.Permissions)
		})
		if !same {
			changes = append(changes, roleChange{action: moderation.ActionDefine, preset: p, done: sayDefined(p)})
		}
	}
	return changes
}
