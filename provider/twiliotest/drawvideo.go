package twiliotest

import "time"

const videoBase = "https://video.twilio.com/v1/Rooms/"

func iso8601(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func drawRoom(r *room) map[string]any {
	url := videoBase + r.sid
	return map[string]any{
		"sid": r.sid, "account_sid": AccountSID, "unique_name": r.name, "status": r.status, "type": "group",
		"date_created": iso8601(r.created), "date_updated": iso8601(r.updated), "end_time": iso8601(r.end), "duration": nil,
		"enable_turn": true, "status_callback": orNull(r.callback), "status_callback_method": "POST",
		"max_participants": r.largest, "max_participant_duration": 14400, "max_concurrent_published_tracks": 170,
		"record_participants_on_connect": false, "video_codecs": []any{"H264", "VP8"}, "media_region": "us1",
		"audio_only": false, "empty_room_timeout": 5, "unused_room_timeout": 5, "large_room": false, "url": url,
		"links": map[string]any{
			"participants": url + "/Participants", "recordings": url + "/Recordings",
			"recording_rules": url + "/RecordingRules", "transcriptions": url + "/Transcriptions",
		},
	}
}

func drawPerson(in *room, p *person) map[string]any {
	url := videoBase + in.sid + "/Participants/" + p.sid
	var duration any
	updated := p.joined
	if !p.left.IsZero() {
		duration, updated = int(p.left.Sub(p.joined).Seconds()), p.left
	}
	return map[string]any{
		"sid": p.sid, "room_sid": in.sid, "account_sid": AccountSID, "status": p.status, "identity": p.identity,
		"date_created": iso8601(p.joined), "date_updated": iso8601(updated), "start_time": iso8601(p.joined),
		"end_time": iso8601(p.left), "duration": duration, "url": url,
		"links": map[string]any{
			"published_tracks": url + "/PublishedTracks", "subscribed_tracks": url + "/SubscribedTracks",
			"subscribe_rules": url + "/SubscribeRules", "anonymize": url + "/Anonymize",
		},
	}
}

func drawTrack(in *room, p *person, t *track) map[string]any {
	return map[string]any{
		"sid": t.sid, "participant_sid": p.sid, "room_sid": in.sid, "name": t.name, "kind": t.kind, "enabled": t.enabled,
		"date_created": iso8601(t.created), "date_updated": iso8601(t.created),
		"url": videoBase + in.sid + "/Participants/" + p.sid + "/PublishedTracks/" + t.sid,
	}
}

// drawRules writes the fields that a rule does not use as null, as Twilio does.
func drawRules(in *room, p *person) map[string]any {
	rules := make([]any, 0, len(p.rules))
	for _, r := range p.rules {
		drawn := map[string]any{
			"type": r.Type, "all": nil, "publisher": orNull(r.Publisher), "track": orNull(r.Track),
			"kind": orNull(r.Kind), "priority": orNull(r.Priority),
		}
		if r.All {
			drawn["all"] = true
		}
		rules = append(rules, drawn)
	}
	return map[string]any{
		"participant_sid": p.sid, "room_sid": in.sid, "rules": rules, "date_created": nil, "date_updated": nil,
	}
}

func drawRoomRecording(in *room, sid string) map[string]any {
	url := videoBase + in.sid + "/Recordings/" + sid
	return map[string]any{
		"account_sid": AccountSID, "room_sid": in.sid, "sid": sid, "status": "processing", "type": "audio",
		"date_created": iso8601(in.created), "source_sid": nil, "size": nil, "duration": nil, "container_format": "mka",
		"codec": "OPUS", "grouping_sids": map[string]any{"room_sid": in.sid}, "track_name": "microphone", "offset": 0,
		"media_external_location": nil, "url": url, "links": map[string]any{"media": url + "/Media"},
	}
}
