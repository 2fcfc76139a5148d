package twiliotest

import "time"

const apiVersion = "2010-04-01"

func rfc2822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// orNull returns nil for "".
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func accountPath(rest string) string { return "/2010-04-01/Accounts/" + AccountSID + rest }

func drawConference(c *conference) map[string]any {
	uri := accountPath("/Conferences/" + c.sid)
	return map[string]any{
		"account_sid": AccountSID, "sid": c.sid, "friendly_name": c.name, "status": c.status, "region": "us1",
		"api_version": apiVersion, "date_created": rfc2822(c.created), "date_updated": rfc2822(c.updated),
		"uri": uri + ".json", "reason_conference_ended": orNull(c.reason), "call_sid_ending_conference": orNull(c.endedBy),
		"subresource_uris": map[string]any{
			"participants": uri + "/Participants.json", "recordings": uri + "/Recordings.json",
		},
	}
}

func drawParticipant(c *conference, p *participant) map[string]any {
	return map[string]any{
		"account_sid": AccountSID, "call_sid": p.call.sid, "label": orNull(p.label), "conference_sid": c.sid,
		"date_created": rfc2822(p.created), "date_updated": rfc2822(p.updated),
		"end_conference_on_exit": p.endsExit, "muted": p.muted, "hold": p.hold, "status": p.status,
		"start_conference_on_enter": p.startsOnEnter, "coaching": p.coaching, "call_sid_to_coach": orNull(p.coaches),
		"queue_time": nil, "uri": accountPath("/Conferences/" + c.sid + "/Participants/" + p.call.sid + ".json"),
	}
}

func drawCall(c *call) map[string]any {
	uri := accountPath("/Calls/" + c.sid)
	return map[string]any{
		"account_sid": AccountSID, "sid": c.sid, "from": c.from, "from_formatted": c.from, "to": c.to, "to_formatted": c.to,
		"direction": c.direction, "status": "in-progress", "api_version": apiVersion, "answered_by": nil, "caller_name": nil,
		"date_created": rfc2822(c.created), "date_updated": rfc2822(c.created), "start_time": rfc2822(c.created),
		"end_time": nil, "duration": nil, "forwarded_from": nil, "group_sid": nil, "parent_call_sid": nil,
		"phone_number_sid": nil, "price": nil, "price_unit": "USD", "queue_time": "0", "trunk_sid": nil,
		"uri": uri + ".json", "subresource_uris": map[string]any{"recordings": uri + "/Recordings.json"},
	}
}

func drawConferenceRecording(c *conference, sid string) map[string]any {
	return map[string]any{
		"account_sid": AccountSID, "api_version": apiVersion, "call_sid": nil, "conference_sid": c.sid, "sid": sid,
		"date_created": rfc2822(c.created), "date_updated": rfc2822(c.created), "start_time": rfc2822(c.created),
		"duration": nil, "price": nil, "price_unit": "USD", "status": "in-progress", "channels": 1,
		"source": "StartConferenceRecordingAPI", "error_code": nil, "encryption_details": nil,
		"uri": accountPath("/Conferences/" + c.sid + "/Recordings/" + sid + ".json"),
	}
}
