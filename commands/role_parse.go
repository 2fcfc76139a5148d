package commands

import (
	"regexp"
	"strings"

	"github.com/roomwarden/roomwarden/moderation"
)

// parseRole reads the words of the role command, which are others for each verb:
//
//	list [SUBJECT]
//	grant SUBJECT PRESET [SCOPE] [for FOR] [auth_id=ID] [reason]
//	revoke SUBJECT PRESET [SCOPE] [auth_id=ID] [reason]
//	define PRESET PERMISSION… [max_ban=FOR]
//	delete PRESET
//	explain [SUBJECT] ACTION [ROOM]
//	unbrake SUBJECT
func parseRole(c *Command, words []Word) (Args, error) {
	args := Args{}
	if len(words) == 0 {
		return args, nil
	}
	args[ArgVerb] = strings.ToLower(words[0].Text)
	words = words[1:]
	take := func(name string) {
		if len(words) > 0 {
			args[name] = words[0].Text
			words = words[1:]
		}
	}
	switch args[ArgVerb] {
	case verbGrant, verbRevoke:
		take(ArgSubject)
		take(ArgPreset)
		var err error
		if words, err = takeExtent(words, args); err != nil {
			return nil, err
		}
		if len(words) > 0 {
			args[ArgReason] = plainText(words)
			words = nil
		}
	case verbDefine:
		take(ArgPreset)
		if len(words) > 0 {
			args[ArgText] = plainText(words)
			words = nil
		}
	case verbDelete:
		take(ArgPreset)
	case verbExplain:
		if len(words) > 2 || len(words) > 0 && looksSubject(words[0].Text) {
			take(ArgSubject)
		}
		take(ArgAction)
		take(ArgRoom)
	default:
		take(ArgSubject)
	}
	if len(words) > 0 {
		return nil, moderation.Fault(moderation.CodeInvalid, "parse.too_many",
			"Word", moderation.Literal(words[0].Text), "Usage", moderation.Literal(c.Usage()))
	}
	return args, nil
}

// takeExtent takes SCOPE, for FOR and auth_id=ID at the front, each at most
// once. A quoted word begins the reason. An auth_id= without an id is a fault: it
// would give the role for every tenant.
func takeExtent(words []Word, args Args) ([]Word, error) {
	for len(words) > 0 && !words[0].Quoted {
		word := words[0].Text
		id, isID := strings.CutPrefix(word, "auth_id=")
		switch {
		case isID && id == "":
			return nil, moderation.Fault(moderation.CodeInvalid, "role.auth_id")
		case isID && args[ArgAuthID] == "":
			args[ArgAuthID] = id
		case strings.EqualFold(word, "for") && args[ArgFor] == "" && len(words) > 1 && looksSpan(words[1]):
			args[ArgFor] = strings.ToLower(words[1].Text)
			words = words[1:]
		case args[ArgScope] == "" && (word == moderation.Everywhere || looksScope(word)):
			args[ArgScope] = word
		default:
			return words, nil
		}
		words = words[1:]
	}
	return words, nil
}

func looksSpan(w Word) bool {
	_, looks, _ := ParseSpan(w.Text)
	return looks && !w.Quoted
}

// looksScope reports whether a word was meant as provider:pattern.
func looksScope(word string) bool {
	before, after, found := strings.Cut(word, ":")
	return found && before != "" && after != "" && !strings.HasPrefix(after, "//")
}

// The forms in which Slack writes whom a grant can be for, and their bare ids.
var (
	userMention    = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$`)
	groupMention   = regexp.MustCompile(`^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$`)
	channelMention = regexp.MustCompile(`^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$`)
	bareID         = regexp.MustCompile(`^([UWSCG])[A-Z0-9]+$`)
)

// parseSubject reads whom a grant is for: a mention, or a bare id.
func parseSubject(word string) (moderation.Subject, error) {
	for _, form := range []struct {
		mention *regexp.Regexp
		kind    moderation.SubjectKind
	}{
		{userMention, moderation.UserSubject}, {groupMention, moderation.GroupSubject}, {channelMention, moderation.ChannelSubject},
	} {
		if found := form.mention.FindStringSubmatch(word); found != nil {
			return moderation.Subject{Kind: form.kind, ID: found[1]}, nil
		}
	}
	if found := bareID.FindStringSubmatch(word); found != nil {
		kind := map[string]moderation.SubjectKind{
			"U": moderation.UserSubject, "W": moderation.UserSubject, "S": moderation.GroupSubject,
			"C": moderation.ChannelSubject, "G": moderation.ChannelSubject,
		}[found[1]]
		return moderation.Subject{Kind: kind, ID: word}, nil
	}
	return moderation.Subject{}, moderation.Fault(moderation.CodeInvalid, "role.subject", "Word", moderation.Literal(word))
}

// looksSubject reports whether a word was meant as a subject, also where Slack
// has not made a mention of it.
func looksSubject(word string) bool {
	_, err := parseSubject(word)
	return err == nil || strings.HasPrefix(word, "@") || strings.HasPrefix(word, "<")
}

// mentionOf is a subject as a sentence shows it.
func mentionOf(subject moderation.Subject) any {
	switch subject.Kind {
	case moderation.UserSubject:
		return moderation.UserID(subject.ID)
	case moderation.GroupSubject:
		return moderation.GroupID(subject.ID)
	case moderation.ChannelSubject:
		return moderation.ChannelID(subject.ID)
	default:
		return moderation.Literal(subject.ID)
	}
}

var presetName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// parsePermissions reads the words of a definition: permissions, words of
// actions, names of built-in presets for all they have, and max_ban=FOR.
func parsePermissions(text string) (preset moderation.Preset, err error) {
	add := func(all ...moderation.Permission) {
		for _, p := range all {
			if !preset.Has(p) {
				preset.Permissions = append(preset.Permissions, p)
			}
		}
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' }) {
		if bound, ok := strings.CutPrefix(word, "max_ban="); ok {
			span, looks, err := ParseSpan(bound)
			if err != nil || !looks || span.Permanent {
				return preset, moderation.Fault(moderation.CodeInvalid, "role.max_ban", "Word", moderation.Literal(bound))
			}
			preset.MaxBan = span.For
			continue
		}
		if p, ok := permissionOf(word); ok {
			add(p)
			continue
		}
		built, ok := builtIn(word)
		if !ok {
			return preset, moderation.Fault(moderation.CodeInvalid, "role.permission",
				"Word", moderation.Literal(word), "Near", nearest(word, permissionWords(), 3))
		}
		add(built.Permissions...)
		if preset.MaxBan == 0 {
			preset.MaxBan = built.MaxBan
		}
	}
	return preset, nil
}

// permissionOf reads a permission, or the word of an action that needs one.
func permissionOf(word string) (moderation.Permission, bool) {
	word = strings.ToLower(word)
	for _, p := range moderation.Permissions() {
		if string(p) == word {
			return p, true
		}
	}
	for _, a := range moderation.Actions() {
		if string(a) == strings.ReplaceAll(word, "-", "_") {
			return moderation.PermissionFor(a, moderation.Audio), true
		}
	}
	return "", false
}

func permissionWords() (all []string) {
	for _, p := range moderation.Permissions() {
		all = append(all, string(p))
	}
	for _, a := range moderation.Actions() {
		all = append(all, string(a))
	}
	return all
}

func builtIn(name string) (moderation.Preset, bool) {
	for _, b := range moderation.BuiltIn() {
		if b.Name == name {
			return b, true
		}
	}
	return moderation.Preset{}, false
}
