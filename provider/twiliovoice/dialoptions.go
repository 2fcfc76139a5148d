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
	{name: "from", private: true, usage: "who calls: a number of the account, client:name or a SIP user", check: caller, set: func(p *dialParams, v string) { p.SetFrom(v) }},
	{name: "status_callback", usage: "where the call's progress is told", check: address, set: func(p *dialParams, v string) { p.SetStatusCallback(v) }},
	{name: "status_callback_method", usage: "how it is told", check: method, set: func(p *dialParams, v string) { p.SetStatusCallbackMethod(v) }},
	{name: "status_callback_event", usage: "which steps are told", check: callEvents, set: func(p *dialParams, v string) { p.SetStatusCallbackEvent(eventList(v)) }},
	{name: "label", usage: "a name for the participant", check: label, set: func(p *dialParams, v string) { p.SetLabel(v) }},
	{name: "timeout", usage: "seconds to let it ring, 5 to 600", check: between(5, 600), set: func(p *dialParams, v string) { p.SetTimeout(number(v)) }},
	{name: "record", usage: "records this participant", check: boolean, set: func(p *dialParams, v string) { p.SetRecord(v == yes) }},
	{name: "muted", usage: "comes in muted", check: boolean, set: func(p *dialParams, v string) { p.SetMuted(v == yes) }},
	{name: "beep", usage: "when a beep is played", check: oneOf("true", "false", "onEnter", "onExit"), set: func(p *dialParams, v string) { p.SetBeep(v) }},
	{name: "start_conference_on_enter", usage: "the conference starts when they come in", check: boolean, set: func(p *dialParams, v string) { p.SetStartConferenceOnEnter(v == yes) }},
	{name: "end_conference_on_exit", usage: "the conference ends for all when they leave", check: boolean, set: func(p *dialParams, v string) { p.SetEndConferenceOnExit(v == yes) }},
	{name: "wait_url", usage: "music until the conference starts", check: address, set: func(p *dialParams, v string) { p.SetWaitUrl(v) }},
	{name: "wait_method", usage: "how the music is fetched", check: method, set: func(p *dialParams, v string) { p.SetWaitMethod(v) }},
	{name: "early_media", usage: "the others hear it ring", check: boolean, set: func(p *dialParams, v string) { p.SetEarlyMedia(v == yes) }},
	{name: "max_participants", usage: "the most people, 2 to 250", check: between(2, 250), set: func(p *dialParams, v string) { p.SetMaxParticipants(number(v)) }},
	{name: "conference_record", usage: "records the conference", check: oneOf("true", "false", "record-from-start", "do-not-record"), set: func(p *dialParams, v string) { p.SetConferenceRecord(v) }},
	{name: "conference_trim", usage: "silence at the ends of the conference's recording", check: silence, set: func(p *dialParams, v string) { p.SetConferenceTrim(v) }},
	{name: "conference_status_callback", usage: "where the conference's events are told", check: address, set: func(p *dialParams, v string) { p.SetConferenceStatusCallback(v) }},
	{name: "conference_status_callback_method", usage: "how they are told", check: method, set: func(p *dialParams, v string) { p.SetConferenceStatusCallbackMethod(v) }},
	{name: "conference_status_callback_event", usage: "which events are told", check: roomEvents, set: func(p *dialParams, v string) { p.SetConferenceStatusCallbackEvent(eventList(v)) }},
	{name: "recording_channels", usage: "one channel or two", check: oneOf("mono", "dual"), set: func(p *dialParams, v string) { p.SetRecordingChannels(v) }},
	{name: "recording_status_callback", usage: "where the recording's state is told", check: address, set: func(p *dialParams, v string) { p.SetRecordingStatusCallback(v) }},
	{name: "recording_status_callback_method", usage: "how it is told", check: method, set: func(p *dialParams, v string) { p.SetRecordingStatusCallbackMethod(v) }},
	{name: "region", usage: "where the sound is mixed", check: oneOf("us1", "ie1", "de1", "sg1", "br1", "au1", "jp1"), set: func(p *dialParams, v string) { p.SetRegion(v) }},
	{name: "conference_recording_status_callback", usage: "where the state of the conference's recording is told", check: address, set: func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallback(v) }},
	{name: "conference_recording_status_callback_method", usage: "how it is told", check: method, set: func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallbackMethod(v) }},
	{
		name: "recording_status_callback_event", usage: "which states of the recording are told",
		check: someOf("started", "in-progress", "paused", "resumed", "stopped", "completed", "failed", "absent"),
		set:   func(p *dialParams, v string) { p.SetRecordingStatusCallbackEvent(eventList(v)) },
	},
	{
		name: "conference_recording_status_callback_event", usage: "which states of the conference's recording are told",
		check: someOf("in-progress", "completed", "failed", "absent"),
		set:   func(p *dialParams, v string) { p.SetConferenceRecordingStatusCallbackEvent(eventList(v)) },
	},
	{name: "coaching", usage: "comes in as a coach", check: boolean, set: func(p *dialParams, v string) { p.SetCoaching(v == yes) }},
	{name: "call_sid_to_coach", usage: "the call that alone hears the coach", check: sid("CA"), set: func(p *dialParams, v string) { p.SetCallSidToCoach(v) }},
	{name: "jitter_buffer_size", usage: "how much jitter is smoothed", check: oneOf("off", "small", "medium", "large"), set: func(p *dialParams, v string) { p.SetJitterBufferSize(v) }},
	{name: "byoc", usage: "the carrier trunk, BY…", check: sid("BY"), set: func(p *dialParams, v string) { p.SetByoc(v) }},
	{name: "caller_id", private: true, usage: "the number that is shown", check: caller, set: func(p *dialParams, v string) { p.SetCallerId(v) }},
	{name: "call_reason", usage: "why you call, shown on the phone", check: text(255), set: func(p *dialParams, v string) { p.SetCallReason(v) }},
	{name: "recording_track", usage: "whose sound is recorded", check: oneOf("inbound", "outbound", "both"), set: func(p *dialParams, v string) { p.SetRecordingTrack(v) }},
	{name: "time_limit", usage: "the longest call in seconds", check: between(1, 0), set: func(p *dialParams, v string) { p.SetTimeLimit(number(v)) }},
	{name: "machine_detection", usage: "whether an answering machine is told apart", check: oneOf("Enable", "DetectMessageEnd"), set: func(p *dialParams, v string) { p.SetMachineDetection(v) }},
	{name: "machine_detection_timeout", usage: "seconds to find out", check: between(1, 0), set: func(p *dialParams, v string) { p.SetMachineDetectionTimeout(number(v)) }},
	{name: "machine_detection_speech_threshold", usage: "milliseconds of speech that mean a machine, 1000 to 6000", check: between(1000, 6000), set: func(p *dialParams, v string) { p.SetMachineDetectionSpeechThreshold(number(v)) }},
	{name: "machine_detection_speech_end_threshold", usage: "milliseconds of silence that end speech, 500 to 5000", check: between(500, 5000), set: func(p *dialParams, v string) { p.SetMachineDetectionSpeechEndThreshold(number(v)) }},
	{name: "machine_detection_silence_timeout", usage: "milliseconds of silence at the start, 2000 to 10000", check: between(2000, 10000), set: func(p *dialParams, v string) { p.SetMachineDetectionSilenceTimeout(number(v)) }},
	{name: "amd_status_callback", usage: "where what answered is told", check: address, set: func(p *dialParams, v string) { p.SetAmdStatusCallback(v) }},
	{name: "amd_status_callback_method", usage: "how it is told", check: method, set: func(p *dialParams, v string) { p.SetAmdStatusCallbackMethod(v) }},
	{name: "trim", usage: "silence at the ends of the participant's recording", check: silence, set: func(p *dialParams, v string) { p.SetTrim(v) }},
	{name: "call_token", private: true, usage: "the token of a call that is forwarded", check: text(4096), set: func(p *dialParams, v string) { p.SetCallToken(v) }},
}
