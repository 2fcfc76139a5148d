// Package slack is a stand-in for Slack on 127.0.0.1: the Web API and Socket
// Mode as a bot sees them, and a workspace of people who type commands, press
// buttons and fill in dialogs. The demo, the tests and the benches share it;
// the bot connects with its ordinary client by slack.api_url alone.
//
//	s, err := slack.Start(slack.Options{})
//	defer s.Close()
//	… run a bot with api_url s.APIURL() and the tokens of s.Tokens() …
//	err = s.AwaitConnections(ctx, 2)
//	reply, err := s.As("U0MODER00").Command(ctx, "/room-list", "", "moderation")
//	shown, err := reply.Await(ctx, slack.Contains("standup"))
//	reply, err = s.As("U0MODER00").Press(ctx, shown, "Kick", "Chaos")
//
// It holds a bot to what Slack holds it to: token kinds, scopes, the limits of
// Block Kit (see CheckMessage and CheckView), trigger ids, response URLs, the
// posting rate, membership of channels and the three seconds for an ack. What
// a bot got wrong is in Ledger and Violations. Inject, InjectEnvelope and the
// methods of Socket make it misbehave.
package slack
