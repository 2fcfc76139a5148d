package edge

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Event says what a message is about. Those of the room count from zero, those
// of the media server from 0x03000000. TestWire holds each number to the name
// beside it in the SDK.
type Event uint32

// The events that are used here.
const (
	RoomPeersInfo Event = 2  // room.getRoomPeersInfo
	RoomJoin      Event = 3  // room.joinRoom
	RoomLeave     Event = 4  // room.leaveRoom
	RoomInfo      Event = 5  // room.getRoomInfo
	RoomKick      Event = 30 // room.kick
	RoomKickAll   Event = 31 // room.kickAll

	CreateTransport  Event = 0x03000001 // media.createWebRTCTransport
	Produce          Event = 0x03000002 // media.produce
	Consume          Event = 0x03000003 // media.consume
	ToggleProducer   Event = 0x03000004 // media.toggleProducer
	CloseProducer    Event = 0x03000006 // media.closeProducer
	MediaJoin        Event = 0x03000010 // media.joinRoom
	PinPeer          Event = 0x03000013 // media.globalPinPeer
	SelfJoinComplete Event = 0x03000014 // media.selfJoinComplete
	PeerJoined       Event = 0x03000019 // media.peerJoinedBroadcast
	PeerLeft         Event = 0x0300001a // media.peerLeaveBroadcast
	ProducerCreated  Event = 0x0300001b // media.peerProducerCreateBroadcast
	ProducerToggled  Event = 0x0300001c // media.peerProducerToggleBroadcast
	PeerPinned       Event = 0x0300001e // media.globalPeerPinBroadcast
	Refused          Event = 0x0300003c // media.errorResponse
	HostControlPeer  Event = 0x0300005d // media.hostControlPeer
	HostControlPeers Event = 0x0300005e // media.hostControlAllPeers
	AudioActivity    Event = 0x03000064 // media.audioActivity
)

// marshal encodes a message of messages.go: a struct, a pointer to one or nil.
// What is zero is left out, as protobuf does; an empty message is not nil, so
// that it is there as a payload.
func marshal(m any) []byte {
	b := []byte{}
	v := reflect.Indirect(reflect.ValueOf(m))
	if !v.IsValid() {
		return b
	}
	for i := range v.NumField() {
		if number, ok := numberOf(v.Type().Field(i)); ok {
			b = appendField(b, number, v.Field(i))
		}
	}
	return b
}

func appendField(b []byte, number protowire.Number, v reflect.Value) []byte {
	if v.IsZero() {
		return b
	}
	varint := func(n uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), n)
	}
	text := func(raw []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), raw)
	}
	switch v.Kind() {
	case reflect.Bool:
		return varint(1)
	case reflect.Uint32:
		return varint(v.Uint())
	case reflect.Int32:
		return varint(uint64(v.Int())) //nolint:gosec // protobuf's own encoding of a negative number
	case reflect.String:
		return text([]byte(v.String()))
	case reflect.Pointer:
		return text(marshal(v.Interface()))
	case reflect.Slice:
		if raw, ok := v.Interface().([]byte); ok {
			return text(raw)
		}
		for i := range v.Len() {
			b = appendField(b, number, v.Index(i))
		}
		return b
	default:
		panic(fmt.Sprintf("edge: a field of the kind %s", v.Kind()))
	}
}

// unmarshal reads into a message; what it does not know or cannot read is left out.
func unmarshal[M any](b []byte) (m M) {
	fill(b, reflect.ValueOf(&m).Elem())
	return m
}

func fill(b []byte, into reflect.Value) {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(number, kind, b)
		if size < 0 {
			return
		}
		for i := range into.NumField() {
			if known, ok := numberOf(into.Type().Field(i)); ok && known == number {
				set(into.Field(i), kind, b[:size])
			}
		}
		b = b[size:]
	}
}

func set(v reflect.Value, kind protowire.Type, raw []byte) {
	number, _ := protowire.ConsumeVarint(raw)
	var text []byte
	if kind == protowire.BytesType {
		text, _ = protowire.ConsumeBytes(raw)
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(number != 0)
	case reflect.Uint32:
		v.SetUint(number & 0xffffffff)
	case reflect.Int32:
		v.SetInt(int64(int32(number))) //nolint:gosec // as above
	case reflect.String:
		v.SetString(string(text))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(text, v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(text)
			return
		}
		one := reflect.New(v.Type().Elem()).Elem()
		set(one, kind, raw)
		v.Set(reflect.Append(v, one))
	}
}

// numberOf reads a field's tag, `wire:"number,name"`.
func numberOf(f reflect.StructField) (protowire.Number, bool) {
	text, _, _ := strings.Cut(f.Tag.Get("wire"), ",")
	n, err := strconv.ParseInt(text, 10, 32)
	return protowire.Number(n), err == nil
}
