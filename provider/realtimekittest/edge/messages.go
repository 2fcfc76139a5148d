package edge

// The messages that are spoken here, as far as they are used. The tag of the
// blank field is a message's name in the SDK, that of the others a field's
// number and name: TestWire holds them to the SDK.

// envelope is what every frame of the websocket holds.
type envelope struct {
	_       struct{} `wire:"message.v1.SocketMessage"`
	Event   Event    `wire:"1,event"`
	ID      string   `wire:"2,id"`
	Payload []byte   `wire:"3,payload"`
}

type errorResponse struct {
	_     struct{} `wire:"media.edge.ErrorResponse"`
	Text  string   `wire:"1,error_message"`
	Event int32    `wire:"2,event_id"`
}

type stageType uint32 // socket.room.StageType

const (
	onStage  stageType = 1 // ON_STAGE
	offStage stageType = 4 // OFF_STAGE
)

// card is a client as the others see it.
type card struct {
	_      struct{}  `wire:"socket.room.Peer"`
	Peer   string    `wire:"1,peer_id"`
	User   string    `wire:"2,user_id"`
	Name   string    `wire:"3,display_name"`
	Stage  stageType `wire:"4,stage_type"`
	Custom string    `wire:"5,custom_participant_id"`
}

type peerInfo struct {
	_    struct{} `wire:"socket.room.PeerInfoResponse"`
	Peer *card    `wire:"1,peer"`
}

type roomPeersInfo struct {
	_     struct{} `wire:"socket.room.RoomPeersInfoResponse"`
	Peers []*card  `wire:"1,peers"`
}

type roomInfo struct {
	_    struct{} `wire:"socket.room.RoomInfoResponse"`
	Room *room    `wire:"1,room"`
}

type room struct {
	_     struct{} `wire:"socket.room.Room"`
	ID    string   `wire:"1,room_id"`
	Title string   `wire:"2,title"`
	UUID  string   `wire:"6,room_uuid"`
}

type sessionDescription struct {
	_    struct{} `wire:"media.SessionDescription"`
	Type string   `wire:"2,type"`
	SDP  string   `wire:"3,sdp"`
}

type createTransportRequest struct {
	_           struct{}            `wire:"media.CreateTransportRequest"`
	Consuming   bool                `wire:"1,consuming"`
	Description *sessionDescription `wire:"3,description"`
}

type createTransportResponse struct {
	_           struct{}            `wire:"media.CreateTransportResponse"`
	ID          string              `wire:"1,transport_id"`
	Description *sessionDescription `wire:"2,description"`
}

type producerKind uint32 // media.ProducerKind

const (
	producerAudio producerKind = 0 // AUDIO
	producerVideo producerKind = 1 // VIDEO
)

type producerState struct {
	_      struct{}     `wire:"media.ProducerState"`
	ID     string       `wire:"1,producer_id"`
	Kind   producerKind `wire:"2,kind"`
	Paused bool         `wire:"3,pause"`
	Screen bool         `wire:"4,screen_share"`
	MIME   string       `wire:"7,mime_type"`
}

type peerJoinCompleteResponse struct {
	_        struct{}   `wire:"media.edge.PeerJoinCompleteResponse"`
	State    *roomState `wire:"1,room_state"`
	People   []*part    `wire:"2,participants"`
	Selected *selected  `wire:"3,selected_peers"`
	Streams  int32      `wire:"4,max_preferred_streams"`
}

type selected struct {
	_ struct{} `wire:"media.edge.SelectedPeersResponse"`
}

type roomState struct {
	_       struct{} `wire:"media.edge.GetRoomStateResponse"`
	Title   string   `wire:"1,display_title"`
	UUID    string   `wire:"3,room_uuid"`
	Current string   `wire:"5,current_peer_id"`
	Pinned  []string `wire:"8,pinned_peer_ids"`
}

// part is a client as a participant of the media room.
type part struct {
	_         struct{}         `wire:"media.edge.RoomParticipants"`
	Peer      string           `wire:"1,peer_id"`
	Producers []*producerState `wire:"2,producer_states"`
	Name      string           `wire:"3,display_name"`
	User      string           `wire:"4,user_id"`
}

type peerJoined struct {
	_    struct{} `wire:"media.edge.PeerJoinBroadcastResponse"`
	Peer *part    `wire:"1,participant"`
}

type peerLeft struct {
	_    struct{} `wire:"media.edge.PeerLeaveBroadcastResponse"`
	Peer string   `wire:"1,participant_id"`
}

type produceRequest struct {
	_           struct{}            `wire:"media.edge.ProducerCreateRequest"`
	Kind        string              `wire:"1,kind"`
	Paused      bool                `wire:"2,paused"`
	Screen      bool                `wire:"3,screen_share"`
	Description *sessionDescription `wire:"4,description"`
}

type produceResponse struct {
	_           struct{}            `wire:"media.edge.ProducerCreateResponse"`
	OK          bool                `wire:"1,status"`
	Producer    string              `wire:"2,producer_id"`
	Description *sessionDescription `wire:"4,description"`
}

type producerCreated struct {
	_     struct{}       `wire:"media.edge.PeerProducerCreateBroadcastResponse"`
	Peer  string         `wire:"1,participant_id"`
	State *producerState `wire:"2,producer_state"`
}

type producerToggled struct {
	_     struct{}       `wire:"media.edge.PeerProducerToggleBroadcastResponse"`
	Peer  string         `wire:"1,participant_id"`
	State *producerState `wire:"2,producer_state"`
	By    string         `wire:"3,initiator_participant_id"`
}

type toggleRequest struct {
	_        struct{} `wire:"media.edge.ProducerToggleRequest"`
	Producer string   `wire:"1,producer_id"`
	Pause    bool     `wire:"2,pause"`
}

type closeRequest struct {
	_        struct{} `wire:"media.edge.ProducerCloseRequest"`
	Producer string   `wire:"1,producer_id"`
}

type pinRequest struct {
	_    struct{} `wire:"media.edge.GlobalPeerPinningRequest"`
	Peer string   `wire:"1,participant_id"` // empty: takes the pin away
}

type pinned struct {
	_    struct{} `wire:"media.edge.GlobalPeerPinningBroadcastResponse"`
	Peer string   `wire:"1,participant_id"`
}

// hostControl stops what one peer sends, hostControlAll what all send.
type hostControl struct {
	_     struct{} `wire:"media.edge.HostMediaControlForPeerRequest"`
	Peer  string   `wire:"1,participant_id"`
	Audio bool     `wire:"2,audio"`
	Video bool     `wire:"3,video"`
}

type hostControlAll struct {
	_     struct{} `wire:"media.edge.HostMediaControlForAllPeerRequest"`
	Audio bool     `wire:"1,audio"`
	Video bool     `wire:"2,video"`
}

type hostControlled struct {
	_      struct{} `wire:"media.edge.HostMediaControlForPeerResponse"`
	Status string   `wire:"1,status"`
}

type hostControlledAll struct {
	_      struct{} `wire:"media.edge.HostMediaControlForAllPeerResponse"`
	Status string   `wire:"1,status"`
}
