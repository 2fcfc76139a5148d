package bot

import "encoding/json"

// event is what we read of an event of the Events API.
type event struct {
	Type      string          `json:"type"`
	User      json.RawMessage `json:"user"` // an id, or in user_change the whole user
	Channel   json.RawMessage `json:"channel"`
	SubteamID string          `json:"subteam_id"`
}

func readEvent(payload []byte) (event, error) {
	var outer struct {
		Event event `json:"event"`
	}
	err := json.Unmarshal(payload, &outer)
	return outer.Event, err
}

func (e event) userID() string    { return idOf(e.User) }
func (e event) channelID() string { return idOf(e.Channel) }

// idOf reads an id that stands alone or in an object.
func idOf(text json.RawMessage) string {
	var id string
	if json.Unmarshal(text, &id) == nil {
		return id
	}
	var object struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(text, &object) != nil {
		return ""
	}
	return object.ID
}
