package livekit

import (
	"context"
	"encoding/json"

	lk "github.com/livekit/protocol/livekit"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Topic is that of roomwarden's data messages. docs/livekit-app-contract.md
// says what an app does with them.
const Topic = "roomwarden"

// Message is the envelope of a data message, as JSON.
type Message struct {
	Version int    `json:"version"` // 1
	Type    string `json:"type"`    // announce, pin or unpin
	// Participant is the identity that is pinned.
	Participant string `json:"participant,omitempty"`
	// Text is to be shown or spoken; URL to be played.
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
}

// send sends a message to one participant or, where to is empty, to all.
func (d *Driver) send(ctx context.Context, room moderation.Room, m Message, to ...string) error {
	m.Version = 1
	data, err := json.Marshal(m)
	if err != nil {
		return moderation.Errorf(moderation.CodeInternal, "data message: %w", err)
	}
	topic := Topic
	_, err = call(ctx, d, writes, "SendData", func(ctx context.Context) (*lk.SendDataResponse, error) {
		return d.rooms.SendData(ctx, &lk.SendDataRequest{
			Room: room.ID, Data: data, Kind: lk.DataPacket_RELIABLE, Topic: &topic, DestinationIdentities: to,
		})
	})
	return err
}

// Announce sends what is to be said to one participant or to all; the app has
// to show or play it.
func (d *Driver) Announce(ctx context.Context, o provider.Order) (provider.Effect, error) {
	var to []string
	if o.Participant.Identity != "" {
		if _, err := d.present(ctx, o.Room, o.Participant); err != nil {
			return provider.Effect{}, err
		}
		to = []string{o.Participant.Identity}
	} else if _, err := d.inRoom(ctx, o.Room.ID); err != nil {
		return provider.Effect{}, err
	}
	if err := d.send(ctx, o.Room, Message{Type: "announce", Text: o.Text, URL: o.URL}, to...); err != nil {
		return provider.Effect{}, err
	}
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.announce_needs_app")}}, nil
}

// Pin marks one participant, in place of whoever was marked, by an attribute
// that newcomers see too, and tells everyone; the app has to show it.
func (d *Driver) Pin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if _, err := d.present(ctx, o.Room, o.Participant); err != nil {
		return provider.Effect{}, err
	}
	if err := d.unpinOthers(ctx, o.Room, o.Participant.Identity); err != nil {
		return provider.Effect{}, err
	}
	if err := d.mark(ctx, o.Room, o.Participant.Identity, map[string]string{attrPinned: "true"}); err != nil {
		return provider.Effect{}, err
	}
	if err := d.send(ctx, o.Room, Message{Type: "pin", Participant: o.Participant.Identity}); err != nil {
		return provider.Effect{}, err
	}
	return provider.Effect{Says: []moderation.Sentence{moderation.Say("livekit.pin_needs_app")}}, nil
}

// Unpin takes the mark away.
func (d *Driver) Unpin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	if err := d.unpinOthers(ctx, o.Room, ""); err != nil {
		return provider.Effect{}, err
	}
	return provider.Effect{}, d.send(ctx, o.Room, Message{Type: "unpin", Participant: o.Participant.Identity})
}

// unpinOthers takes the mark from everyone but one.
func (d *Driver) unpinOthers(ctx context.Context, room moderation.Room, but string) error {
	people, err := d.inRoom(ctx, room.ID)
	if err != nil {
		return err
	}
	for _, info := range people {
		if info.GetIdentity() == but || info.GetAttributes()[attrPinned] == "" {
			continue
		}
		err := d.mark(ctx, room, info.GetIdentity(), map[string]string{attrPinned: ""})
		if err != nil && !is(err, moderation.CodeNotFound) {
			return err
		}
	}
	return nil
}

// mark sets attributes of a participant and leaves the others; "" takes one away.
func (d *Driver) mark(ctx context.Context, room moderation.Room, identity string, attributes map[string]string) error {
	_, err := call(ctx, d, writes, "UpdateParticipant", func(ctx context.Context) (*lk.ParticipantInfo, error) {
		return d.rooms.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{
			Room: room.ID, Identity: identity, Attributes: attributes,
		})
	})
	return err
}
