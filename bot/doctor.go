package bot

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/bot/socket"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/words"
)

// clockMayDiffer is how far our clock may be from Slack's: deadlines, the times
// of records and tokens of providers go by it.
const clockMayDiffer = 30 * time.Second

// Examine looks at everything of Slack that a bot of this configuration needs:
// both tokens, the scopes, the clock, and the channels that cases are told in.
// It needs no running bot and changes nothing.
func Examine(ctx context.Context, c Config, channels []string) []moderation.Finding {
	api := newAPI(c)
	defer api.close()
	findings := []moderation.Finding{examineOpening(ctx, api)}
	said, err := api.interactive.AuthTestContext(ctx)
	if err != nil {
		return append(findings, tokenFinding(barred(err), err))
	}
	findings = append(findings, moderation.Good("doctor.bot_token", "Team", said.Team, "User", said.User))
	findings = append(findings, api.examineScopes()...)
	findings = append(findings, api.examineClock())
	for _, name := range channels {
		findings = append(findings, api.examineChannel(ctx, name))
	}
	return findings
}

func examineOpening(ctx context.Context, api *api) moderation.Finding {
	if _, err := api.open(ctx); err != nil {
		if lasting := socket.Lasting(err); lasting != nil {
			return tokenFinding(lasting, err)
		}
		return tokenFinding(nil, err)
	}
	return moderation.Good("doctor.app_token")
}

// tokenFinding tells of a call that failed: by the lasting fault that it is, or
// as one that may pass.
func tokenFinding(lasting, err error) moderation.Finding {
	if lasting == nil {
		return moderation.Wrong("doctor.slack_silent", "doctor.slack_silent_remedy", "Error", slackError(err))
	}
	return moderation.Finding{Says: moderation.Say("doctor.token"), Remedy: words.Fault(lasting)}
}

func (a *api) examineScopes() []moderation.Finding {
	var missing []string
	for _, scope := range Scopes() {
		if a.lacks(scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) == 0 {
		return []moderation.Finding{moderation.Good("doctor.scopes")}
	}
	findings := make([]moderation.Finding, 0, len(missing))
	for _, scope := range missing {
		topic := strings.NewReplacer(":", "_", ".", "_").Replace(scope)
		findings = append(findings, moderation.Wrong("doctor.scope_"+topic, "doctor.scope_remedy", "Scope", moderation.Literal(scope)))
	}
	return findings
}

func (a *api) examineClock() moderation.Finding {
	a.mu.Lock()
	ahead := a.ahead.Truncate(time.Second)
	a.mu.Unlock()
	if ahead.Abs() > clockMayDiffer {
		return moderation.Wrong("doctor.clock_wrong", "doctor.clock_remedy", "By", ahead.Abs())
	}
	return moderation.Good("doctor.clock")
}

func (a *api) examineChannel(ctx context.Context, name string) moderation.Finding {
	shown := moderation.Literal(name)
	id := name
	if strings.HasPrefix(name, "#") {
		var err error
		if id, err = (&channel{name: name, outbox: &outbox{api: a}}).resolve(ctx); err != nil {
			return moderation.Wrong("doctor.channel_unknown", "doctor.channel_remedy", "Channel", shown, "Error", slackError(err))
		}
	}
	if strings.HasPrefix(id, "#") {
		return moderation.Good("doctor.channel_unseen", "Channel", shown)
	}
	info, err := a.background.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	switch {
	case withheld(err):
		return moderation.Good("doctor.channel_unseen", "Channel", shown)
	case err != nil:
		return moderation.Wrong("doctor.channel_unknown", "doctor.channel_remedy", "Channel", shown, "Error", slackError(err))
	case info.IsArchived:
		return moderation.Wrong("doctor.channel_archived", "doctor.channel_archived_remedy", "Channel", shown)
	case !info.IsMember:
		return moderation.Wrong("doctor.channel_stranger", "doctor.channel_remedy", "Channel", shown)
	case info.IsExtShared:
		return moderation.Wrong("doctor.channel_shared", "doctor.channel_shared_remedy", "Channel", shown)
	default:
		return moderation.Good("doctor.channel", "Channel", shown)
	}
}
