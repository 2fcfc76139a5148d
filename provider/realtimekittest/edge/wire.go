package edge

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// The events that are used here. A message is
// SocketMessage{1 event uint32, 2 id string, 3 payload bytes, 4 metadata bytes}.
const (
	RoomPeersInfo = 2
	RoomJoin      = 3
	RoomLeave     = 4
	RoomInfo      = 5
	RoomKick      = 30
	RoomKickAll   = 31

	media             = 0x03000000
	CreateTransport   = media | 1
	Produce           = media | 2
	ToggleProducer    = media | 4
	CloseProducer     = media | 6
	MediaJoin         = media | 16
	PinPeer           = media | 19
	SelfJoinComplete  = media | 20
	PeerJoined        = media | 25
	PeerLeft          = media | 26
	ProducerCreated   = media | 27
	ProducerToggled   = media | 28
	ProducerClosed    = media | 29
	PeerPinned        = media | 30
	ErrorResponse     = media | 60
	HostControlPeer   = media | 93
	HostControlPeers  = media | 94
	AudioActivity     = media | 100
	participantField  = 1
	producerKindVideo = 1
)

// message is a protobuf message as fields in order; values are uint64, string,
// []byte or message.
type message []field

type field struct {
	number protowire.Number
	value  any
}

func (m message) bytes() []byte {
	var b []byte
	for _, f := range m {
		switch v := f.value.(type) {
		case uint64:
			b = protowire.AppendVarint(protowire.AppendTag(b, f.number, protowire.VarintType), v)
		case bool:
			b = protowire.AppendVarint(protowire.AppendTag(b, f.number, protowire.VarintType), protowire.EncodeBool(v))
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, f.number, protowire.BytesType), v)
		case []byte:
			b = protowire.AppendBytes(protowire.AppendTag(b, f.number, protowire.BytesType), v)
		case message:
			b = protowire.AppendBytes(protowire.AppendTag(b, f.number, protowire.BytesType), v.bytes())
		}
	}
	return b
}

// read takes a message apart: numbers and bytes by field, the last one counts.
type read struct {
	numbers map[protowire.Number]uint64
	texts   map[protowire.Number][]byte
}

func parse(b []byte) read {
	r := read{numbers: map[protowire.Number]uint64{}, texts: map[protowire.Number][]byte{}}
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return r
		}
		b = b[n:]
		switch kind {
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return r
			}
			r.numbers[number], b = v, b[n:]
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return r
			}
			r.texts[number], b = v, b[n:]
		default:
			n := protowire.ConsumeFieldValue(number, kind, b)
			if n < 0 {
				return r
			}
			b = b[n:]
		}
	}
	return r
}

func (r read) text(n protowire.Number) string { return string(r.texts[n]) }
func (r read) in(n protowire.Number) read     { return parse(r.texts[n]) }
