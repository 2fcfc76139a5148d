package simulated

import (
	"context"

	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/provider"
)

// Kick puts a participant out. Who was kicked stays away unless the simulation
// says that people come back.
func (d *Driver) Kick(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// End puts everyone out and takes the room away.
func (d *Driver) End(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Mute stops a medium of one participant, who cannot undo it.
func (d *Driver) Mute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Unmute gives a medium back; what they had muted themselves stays muted.
func (d *Driver) Unmute(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// MuteAll stops a medium of everyone but Except.
func (d *Driver) MuteAll(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Lock lets nobody new in.
func (d *Driver) Lock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Unlock lets people in again.
func (d *Driver) Unlock(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Pin puts one participant before everyone's eyes, in place of whoever was there.
func (d *Driver) Pin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Unpin takes the pin away.
func (d *Driver) Unpin(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Hold sets a participant apart.
func (d *Driver) Hold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Unhold brings a participant back among the others.
func (d *Driver) Unhold(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Announce shows a text or an address on the stage, to one or to all.
func (d *Driver) Announce(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Coach lets Participant be heard by Listener alone.
func (d *Driver) Coach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Uncoach lets everyone hear Participant again.
func (d *Driver) Uncoach(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Dial calls someone in, who picks up two seconds later.
func (d *Driver) Dial(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Configure changes what is set of someone present.
func (d *Driver) Configure(ctx context.Context, o provider.Order) (provider.Effect, error) {
	return d.carry(ctx, o)
}

// Capabilities has every capability; a ban alone is kept by whoever watches the room.
func (d *Driver) Capabilities(moderation.Room) moderation.CapabilitySet {
	set := make(moderation.CapabilitySet, len(moderation.Capabilities()))
	for _, c := range moderation.Capabilities() {
		set[c] = moderation.Support{Level: moderation.Native}
	}
	set[moderation.CanBan] = moderation.Support{Level: moderation.Emulated, Says: moderation.Say("provider.ban_by_watching")}
	return set
}
