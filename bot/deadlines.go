package bot

import (
	"time"

	"github.com/roomwarden/roomwarden/bot/socket"
)

// deadlines are how long the bot waits for others before it goes another way.
type deadlines struct {
	// ack is when an ack must have left, counted from its envelope.
	ack time.Duration
	// keep is how long the store may take to make an envelope durable.
	keep time.Duration
	// trigger is how long after its envelope a trigger id may still be used.
	trigger time.Duration
	// outcome is how long the message of a case waits for its outcome, so that
	// most cases are told once instead of twice.
	outcome time.Duration
	// drain is how long accepted work may take from the end of Run's context.
	drain time.Duration
	// dialog fires when the ack of a submission has had its time to reach its dialog.
	dialog func() <-chan time.Time
}

// asSlack is what Slack's own limits leave: 3 s for an ack and for a trigger id.
var asSlack = deadlines{
	ack: socket.AckWithin, keep: 2 * time.Second, trigger: 2800 * time.Millisecond, outcome: time.Second, drain: 5 * time.Second,
	dialog: func() <-chan time.Time { return time.After(time.Second) },
}
