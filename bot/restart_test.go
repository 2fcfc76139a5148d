package bot_test

import (
	"context"
	"testing"

	"github.com/roomwarden/roomwarden/demo/slack"
	"github.com/roomwarden/roomwarden/moderation"
	"github.com/roomwarden/roomwarden/store"
)

// What still arrives while the bot leaves is answered that it is being
// restarted, and what it had taken on before is finished.
func TestWhatArrivesWhileTheBotLeaves(t *testing.T) {
	st := newStage(t, stageOptions{serial: true, patient: true})
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	resume := st.faulty.stall() // the first command waits for its ack, and its connection for that
	taken := make(chan error, 1)
	go func() {
		_, err := st.slack.As(slack.Olive).Command(ctx, "/room", "kick standup Chaos", slack.Moderation)
		taken <- err
	}()
	select {
	case <-st.faulty.held:
	case <-ctx.Done():
		t.Fatal("the first command is not being kept")
	}
	st.stop()
	left := st.slack.Await(ctx, func() bool { return len(st.slack.Sockets()) <= 1 })
	reply, refused := st.slack.As(slack.Olive).Command(ctx, "/room", "kick standup Ben", slack.Moderation)
	if refused == nil {
		_, refused = reply.Await(ctx, slack.Contains("is being restarted"))
	}
	resume()
	kept := <-taken
	st.running.Wait()
	if left != nil || refused != nil || kept != nil {
		t.Fatalf("leaving: %v; the second: %v; the first: %v", left, refused, kept)
	}
	var all []moderation.Case
	err := st.store.View(ctx, func(tx store.Tx) (err error) {
		all, err = tx.Cases(store.CaseQuery{Limit: 10})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Participant != "chaos" || all[0].Outcome != moderation.Succeeded {
		t.Errorf("cases: %+v", all)
	}
}
