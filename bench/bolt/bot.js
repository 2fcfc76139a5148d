// A bot on Slack's own framework that does what roomwarden does for /room-help:
// ack at once, then answer by the response URL. It keeps nothing on disk.
import bolt from '@slack/bolt';

const app = new bolt.App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
  logLevel: bolt.LogLevel.ERROR,
});

const blocks = Array.from({ length: 12 }, (_, i) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: `*/room-command-${i} ROOM PERSON [reason]*\nwhat it does, in a sentence of usual length` },
}));

app.command('/room-help', async ({ ack, respond }) => {
  await ack();
  await respond({ response_type: 'ephemeral', text: 'What you may do here', blocks });
});

await app.start();
