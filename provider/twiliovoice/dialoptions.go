package twiliovoice

import (
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

type dialParams = api.CreateParticipantParams

var (
	method     = oneOf("GET", "POST")
	silence    = oneOf("trim-silence", "do-not-trim")
	callEvents = someOf("initiated", "ringing", "answered", "completed")
	roomEvents = someOf("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
)

// dialOptions are the parameters of creating a participant, in the order of
// Twilio's document; To is the order's number and Label its label.
// https://www.twilio.com/docs/voice/api/conference-participant-resource#create-a-participant
var dialOptions = []option[dialParams]{
	{name: "from", check: caller, set: func(p *dialParams, v string) { p.SetFrom(v) }},
	{name: "status_callback", check: address, set: func(p *dialParams, v string) { p.SetStatusCallback(v) }},
	{name: "status_callback_method", check: method, set: func(p *dialParams, v string) { p.SetStatusCallbackMethod(v) }},
	{name: "status_callback_event", check: callEvents, set: func(p *dialParams, v string) { p.SetStatusCallbackEvent(eventList(v)) }},
	{name: "label", check: label, set: func(p *dialParams, v string) { p.SetLabel(v) }},
	{name: "timeout", check: between(5, 600), set: func(p *dialParams, v string) { p.SetTimeout(number(v)) }},
	{name: "record", check: boolean, set: func(p *dialParams, v string) { p.SetRecord(v == yes) }},
	{name: "muted", check: boolean, set: func(p *dialParams, v string) { p.SetMuted(v == yes) }},
	{name: "beep", check: oneOf("true", "false", "onEnter", "onExit"), set: func(p *dialParams, v string) { p.SetBeep(v) }},
	{name: "start_conference_on_enter", check: boolean, set: func(p *dialParams, v string) { p.SetStartConferenceOnEnter(v == yes) }},
	{name: "end_conference_on_exit", check: boolean, set: func(p *dialParams, v string) { p.SetEndConferenceOnExit(v == yes) }},
	{name: "wait_url", check: address, set: func(p *dialParams, v string) { p.SetWaitUrl(v) }},
	{name: "wait_method", check: method, set: func(p *dialParams, v string) { p.SetWaitMethod(v) }},
	{name: "early_media", check: boolean, set: func(p *dialParams, v string) { p.SetEarlyMedia(v == yes) }},
	{name: "max_participants", check: between(2, 250), set: func(p *dialParams, v string) { p.SetMaxParticipants(number(v)) }},
	{name: "conference_record", check: oneOf("true", "false", "record-from-start", "do-not-record"), set: func(p *dialParams, v string) { p.SetConferenceRecord(v) }},
	{name: "conference_trim", check: silence, set: func(p *dialParams, v string) { p.SetConferenceTrim(v) }},
	{name: "conference_status_callback", check: address, set: func(p *dialParams, v string) { p.SetConferenceStatusCallback(v) }},
	{name: "conference_status_callback_method", check: method, set: func(p *dialParams, v string) { p.SetConferenceStatusCallbackMethod(v) }},
	{name: "conference_status_callback_event", check: roomEvents, set: func(p *dialParams, v string) { p.SetConferenceStatusCallbackEvent(eventList(v)) }},
	{name: "recording_channels", check: oneOf("mono", "dual"), set: func(p *dialParams, v string) { p.SetRecordingChannels(v) }},
	{name: "recording_status_callback", check: address, set: func(p *dialParams, v string) { p.SetRecordingStatusCallback(v) }},
	{name: "recording_status_callback_method", check: method, set: func(p *dialParams, v string) { p.SetRecordingStatusCallbackMethod(v) }},
	{name: "region", check: oneOf("us1", "ie1", "de1", "sg1", "br1", "au1", "jp1"), set: func(p *dialParams, v string) { p.SetRegion(v) }},
	{name: "conference_recording_status_callback", check: address, set: func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallback(v) }},
	{name: "conference_recording_status_callback_method", check: method, set: func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallbackMethod(v) }},
	{
		name:  "recording_status_callback_event",
		check: someOf("started", "in-progress", "paused", "resumed", "stopped", "completed", "failed", "absent"),
		set:   func(p *dialParams, v string) { p.SetRecordingStatusCallbackEvent(eventList(v)) },
	},
	{
		name:  "conference_recording_status_callback_event",
		check: someOf("in-progress", "completed", "failed", "absent"),
		set:   func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallbackEvent(eventList(v)) },
	},
	{name: "coaching", check: boolean, set: func(p *dialParams, v string) { p.SetCoaching(v == yes) }},
	{name: "call_sid_to_coach", check: sid("CA"), set: func(p *dialParams, v string) { p.SetCallSidToCoach(v) }},
	{name: "jitter_buffer_size", check: oneOf("off", "small", "medium", "large"), set: func(p *dialParams, v string) { p.SetJitterBufferSize(v) }},
	{name: "byoc", check: sid("BY"), set: func(p *dialParams, v string) { p.SetByoc(v) }},
	{name: "caller_id", check: caller, set: func(p *dialParams, v string) { p.SetCallerId(v) }},
	{name: "call_reason", check: text(255), set: func(p *dialParams, v string) { p.SetCallReason(v) }},
	{name: "recording_track", check: oneOf("inbound", "outbound", "both"), set: func(p *dialParams, v string) { p.SetRecordingTrack(v) }},
	{name: "time_limit", check: between(1, 0), set: func(p *dialParams, v string) { p.SetTimeLimit(number(v)) }},
	{name: "machine_detection", check: oneOf("Enable", "DetectMessageEnd"), set: func(p *dialParams, v string) { p.SetMachineDetection(v) }},
	{name: "machine_detection_timeout", check: between(1, 0), set: func(p *dialParams, v string) { p.SetMachineDetectionTimeout(number(v)) }},
	{name: "machine_detection_speech_threshold", check: between(1000, 6000), set: func(p *dialParams, v string) { p.SetMachineDetectionSpeechThreshold(number(v)) }},
	{name: "machine_detection_speech_end_threshold", check: between(500, 5000), set: func(p *dialParams, v string) { p.SetMachineDetectionSpeechEndThreshold(number(v)) }},
	{name: "machine_detection_silence_timeout", check: between(2000, 10000), set: func(p *dialParams, v string) { p.SetMachineDetectionSilenceTimeout(number(v)) }},
	{name: "amd_status_callback", check: address, set: func(p *dialParams, v string) { p.SetAmdStatusCallback(v) }},
	{name: "amd_status_callback_method", check: method, set: func(p *dialParams, v string) { p.SetAmdStatusCallbackMethod(v) }},
	{name: "trim", check: silence, set: func(p *dialParams, v string) { p.SetTrim(v) }},
	{name: "call_token", check: text(4096), set: func(p *dialParams, v string) { p.SetCallToken(v) }},
}
