package simulated

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomwarden/roomwarden/provider"
)

// Type is the provider type of the configuration.
var Type = provider.Type{
	Name: "simulated",
	Fields: []provider.Field{
		{Name: "rooms", Usage: "rooms and how many people are in them: standup=4 town-hall=4", Check: check(parseRooms)},
		{Name: "tenants", Usage: "the auth_id in the metadata of rooms: standup=acme", Check: check(parseWords)},
		{Name: "seed", Usage: "what everything by chance follows from, a number", Check: check(parseSeed)},
		{Name: "activity", Usage: "what people do by themselves: off, calm (talk, mute themselves) or busy (come and go too)", Check: check(parseActivity)},
		{Name: "comeback", Usage: "how long someone who was kicked stays away, such as 4s; for good when empty", Check: check(parseTime)},
		{Name: "reopen", Usage: "how long a room that was ended stays gone, such as 1m; for good when empty", Check: check(parseTime)},
		{Name: "faults", Usage: "what goes wrong: kick=hang mute=lost*1 rooms=unavailable@10 *=slow:2s", Check: check(ParseFaults)},
		{Name: "journal", Usage: "a file that keeps every effect; a later start goes on from it"},
	},
	Open: func(_ context.Context, s provider.Settings) (provider.Driver, error) {
		c, err := configure(s.Values)
		if err != nil {
			return nil, err
		}
		return New(c)
	},
}

func configure(values map[string]string) (c Config, err error) {
	if c.Rooms, err = parseRooms(values["rooms"]); err != nil {
		return c, fmt.Errorf("rooms %w", err)
	}
	tenants, err := parseWords(values["tenants"])
	if err != nil {
		return c, fmt.Errorf("tenants %w", err)
	}
	for i, r := range c.Rooms {
		c.Rooms[i].AuthID = tenants[r.Name]
	}
	if c.Seed, err = parseSeed(values["seed"]); err != nil {
		return c, fmt.Errorf("seed %w", err)
	}
	if c.Activity, err = parseActivity(values["activity"]); err != nil {
		return c, fmt.Errorf("activity %w", err)
	}
	if c.Comeback, err = parseTime(values["comeback"]); err != nil {
		return c, fmt.Errorf("comeback %w", err)
	}
	if c.Reopen, err = parseTime(values["reopen"]); err != nil {
		return c, fmt.Errorf("reopen %w", err)
	}
	if c.Faults, err = ParseFaults(values["faults"]); err != nil {
		return c, fmt.Errorf("faults %w", err)
	}
	c.Journal = values["journal"]
	return c, nil
}

// check makes a field's check of what reads its value.
func check[T any](parse func(string) (T, error)) func(string) string {
	return func(value string) string {
		if _, err := parse(value); err != nil {
			return err.Error()
		}
		return ""
	}
}

// maxPeople bounds a simulated room.
const maxPeople = 100_000

func parseRooms(text string) ([]RoomPlan, error) {
	if strings.TrimSpace(text) == "" {
		return Rooms(), nil
	}
	var all []RoomPlan
	for _, word := range strings.Fields(strings.ReplaceAll(text, ",", " ")) {
		name, count, ok := strings.Cut(word, "=")
		n, err := strconv.Atoi(count)
		if !ok || name == "" || err != nil || n < 0 || n > maxPeople {
			return nil, fmt.Errorf("must be words such as standup=4, with at most %d people", maxPeople)
		}
		if slices.ContainsFunc(all, func(r RoomPlan) bool { return r.Name == name }) {
			return nil, fmt.Errorf("must not name %q twice", name)
		}
		all = append(all, RoomPlan{Name: name, People: n})
	}
	return all, nil
}

func parseWords(text string) (map[string]string, error) {
	words := make(map[string]string)
	for _, word := range strings.Fields(strings.ReplaceAll(text, ",", " ")) {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" || value == "" {
			return nil, fmt.Errorf("must be words such as standup=acme")
		}
		words[name] = value
	}
	return words, nil
}

func parseSeed(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("must be a number from 0 on")
	}
	return seed, nil
}

func parseActivity(text string) (Activity, error) {
	switch a := Activity(text); a {
	case "":
		return Off, nil
	case Off, Calm, Busy:
		return a, nil
	default:
		return Off, fmt.Errorf("must be off, calm or busy")
	}
}

func parseTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("must be a length of time such as 4s")
	}
	return d, nil
}
