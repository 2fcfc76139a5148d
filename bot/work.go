package bot

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/roomwarden/roomwarden/commands"
	"github.com/roomwarden/roomwarden/moderation"
)

// workWithin bounds one invocation; what is not known then is settled later.
const workWithin = 60 * time.Second

// do carries a job out and answers it. A panic fails this job alone.
func (b *Bot) do(ctx context.Context, j job) {
	work, cancel := context.WithTimeout(ctx, workWithin)
	defer cancel()
	defer func() {
		if what := recover(); what != nil {
			b.metrics.panics.Inc()
			b.Log.Error("a handler panicked", "command", j.press.Invocation.Command, "panic", what, "stack", string(debug.Stack()))
			b.sayBroken(work, &j)
		}
		if j.keep && ctx.Err() == nil {
			b.finished.add(j.key)
		}
		b.metrics.outcome.WithLabelValues(j.kind).Observe(time.Since(j.at).Seconds())
	}()
	switch {
	case j.fault != nil:
		b.tell(work, &j, faultNotice(j.fault))
	case j.press.View != nil:
		b.updateView(work, j.press.ViewID, *j.press.View)
	case j.press.Home:
		b.showHome(work, j.reply.user)
	case j.press.Board != "":
		b.boards.Refresh(j.press.Board)
	case j.press.Dialog:
		if !b.openView(work, &j, b.renderer.offerDialog(j.press)) {
			b.tell(work, &j, failure(moderation.Say("slack.dialog_failed")))
		}
	case len(j.press.Each) > 0:
		b.doEach(work, &j)
	default:
		b.finish(work, &j, b.perform(work, &j, j.press.Invocation))
	}
}

// sayBroken answers a job in which the program failed. Whatever failed may fail
// again where the answer is drawn.
func (b *Bot) sayBroken(ctx context.Context, j *job) {
	defer func() {
		if what := recover(); what != nil {
			b.Log.Error("that a handler panicked could not be told", "command", j.press.Invocation.Command, "panic", what)
		}
	}()
	j.replaces = false
	b.tell(ctx, j, failure(moderation.Say("error.internal")))
}

// doEach does the same to several people, one after the other, and tells it
// once. What asks for something first, as a kick that would end the room, is
// asked after that: it keeps nobody else from being dealt with.
func (b *Bot) doEach(ctx context.Context, j *job) {
	var notice commands.Notice
	var questions []commands.Answer
	for _, in := range j.press.Each {
		a := b.perform(ctx, j, in)
		tone, says, told := outcome(a)
		if !told {
			questions = append(questions, a)
			continue
		}
		notice.Says = append(notice.Says, says...)
		notice.Tone = worse(notice.Tone, tone)
	}
	if len(notice.Says) > 0 || len(questions) == 0 {
		b.finish(ctx, j, notice)
	}
	for _, question := range questions {
		j.replaces = false
		b.tell(ctx, j, question)
	}
}

// outcome returns what an answer says came of something, and whether it says that
// at all: it may be a question or a page.
func outcome(a commands.Answer) (tone commands.Tone, says []moderation.Sentence, told bool) {
	switch a := a.(type) {
	case commands.CaseAnswer:
		return a.Tone, a.Says, true
	case commands.Notice:
		return a.Tone, a.Says, true
	default:
		return "", nil, false
	}
}

// worse returns the tone that must not be overlooked.
func worse(a, b commands.Tone) commands.Tone {
	order := map[commands.Tone]int{commands.Info: 1, commands.Done: 2, commands.Waiting: 3, commands.Refusal: 4, commands.Failure: 5}
	if order[a] > order[b] {
		return a
	}
	return b
}

// perform asks the Service, and says "working…" where that takes a while. What
// was accepted too long ago is not run.
func (b *Bot) perform(ctx context.Context, j *job, in commands.Invocation) commands.Answer {
	if time.Since(j.at) > tooOld {
		return b.Service.NotRun(ctx, in)
	}
	unanswered, answered := context.WithCancel(ctx)
	var waiting sync.WaitGroup
	defer func() {
		answered()
		waiting.Wait()
	}()
	if j.kind != submissionKind && !j.reply.waited && !j.working && j.press.ViewID == "" {
		waiting.Go(func() { b.sayWorking(ctx, j, unanswered) })
	}
	a := b.Service.Do(ctx, in)
	b.learn(a)
	b.changed(in, a)
	if n, ok := a.(commands.Notice); ok && n.Tone == commands.Refusal {
		b.metrics.refusals.WithLabelValues(string(n.Code)).Inc()
	}
	return a
}

// sayWorking tells the caller that work goes on, unless it is answered first: in
// the list that was pressed, where that can be read, as its next state takes the
// words away again.
func (b *Bot) sayWorking(ctx context.Context, j *job, unanswered context.Context) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-unanswered.Done():
		return
	case <-timer.C:
	}
	if j.reply.url == "" {
		return
	}
	if j.press.List != nil {
		reading, cancel := context.WithTimeout(unanswered, patience)
		list := b.Service.Do(reading, *j.press.List)
		cancel()
		if unanswered.Err() != nil {
			return
		}
		if j.working = b.show(ctx, j, list, []moderation.Sentence{moderation.Say("bot.working")}); j.working {
			return
		}
	}
	j.reply.used++
	err := b.respond(ctx, j.reply.url, b.working())
	// A press has an original: its answer must replace that, not the notice.
	j.reply.waited = err == nil && j.kind == slashKind
}

// finish answers a job, and shows in the list that was pressed what changed.
func (b *Bot) finish(ctx context.Context, j *job, a commands.Answer) {
	if m, ok := a.(commands.Missing); ok && j.kind != submissionKind {
		if b.openView(ctx, j, b.renderer.dialog(m, originOf(j.press))) {
			if j.working {
				b.redraw(ctx, j, nil)
			}
			return
		}
	}
	if j.press.List == nil || j.reply.url == "" {
		b.tell(ctx, j, a)
		return
	}
	if j.kind == submissionKind {
		b.tell(ctx, j, a)
		b.redraw(ctx, j, nil)
		return
	}
	if tone, says, told := outcome(a); told {
		if tone != commands.Done || !b.redraw(ctx, j, says) {
			b.besides(ctx, j, a)
		}
		return
	}
	switch a.(type) {
	case commands.Confirm, commands.Candidates, commands.Missing:
		if j.working {
			b.redraw(ctx, j, nil)
		}
		j.replaces = false
	}
	b.tell(ctx, j, a)
}

// besides redraws the list and says the answer under it; in its place, where it
// says that work goes on and cannot be read.
func (b *Bot) besides(ctx context.Context, j *job, a commands.Answer) {
	j.replaces = !b.redraw(ctx, j, nil) && j.working
	b.tell(ctx, j, a)
}

// redraw asks for the list again in which the button stands and replaces the
// message; it reports whether it did. Says stands above the people of a room;
// above the rooms there is no place for it.
func (b *Bot) redraw(ctx context.Context, j *job, says []moderation.Sentence) bool {
	list := b.Service.Do(ctx, *j.press.List)
	if _, rooms := list.(commands.RoomsPage); rooms && len(says) > 0 {
		return false
	}
	return b.show(ctx, j, list, says)
}

// show puts a list in the place of the message that was pressed, with says
// above it, and reports whether it did.
func (b *Bot) show(ctx context.Context, j *job, list commands.Answer, says []moderation.Sentence) bool {
	b.learn(list)
	switch page := list.(type) {
	case commands.RoomPage:
		page.Says = slices.Concat(says, page.Says)
		list = page
	case commands.RoomsPage:
		page.Says = slices.Concat(says, page.Says)
		list = page
	default:
		return false
	}
	m := b.renderer.answer(list)
	err := b.post(ctx, &j.reply, responseMessage{ReplaceOriginal: true, Text: m.Text, Blocks: m.Blocks})
	if err != nil {
		b.Log.Warn("a list could not be shown anew", "error", err)
	}
	return err == nil
}

// tell shows an answer where it was asked for: in the dialog, in place of the
// message that was pressed, or as a message to the one who asked.
func (b *Bot) tell(ctx context.Context, j *job, a commands.Answer) {
	number := caseOf(a)
	switch {
	case j.kind == submissionKind || j.press.ViewID != "" && j.press.ViewType == "modal":
		v := b.renderer.resultView(a, j.press)
		if hash, shown := b.updateView(ctx, j.press.ViewID, v); shown {
			if j.kind == submissionKind {
				b.aside(context.WithoutCancel(ctx), func(ctx context.Context) { b.standBy(ctx, j.press.ViewID, v, hash) })
			}
			return
		}
	case j.press.ViewID != "" && j.reply.url == "":
		opened := b.openView(ctx, j, b.renderer.resultView(a, j.press))
		b.showHome(ctx, j.reply.user)
		if opened {
			return
		}
	}
	b.deliver(ctx, &j.reply, b.renderer.answer(a), j.replaces && j.kind != submissionKind, number)
}

// openView opens a dialog where the trigger still lives, and reports whether it did.
func (b *Bot) openView(ctx context.Context, j *job, v slack.ModalViewRequest) bool {
	if j.press.TriggerID == "" || time.Since(j.at) > b.within.trigger {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, interactiveWithin)
	defer cancel()
	open := b.api.interactive.OpenViewContext
	if j.press.ViewType == "modal" {
		open = b.api.interactive.PushViewContext
	}
	if _, err := open(ctx, j.press.TriggerID, v); err != nil {
		b.Log.Warn("a dialog could not be opened", "problem", problemName(err))
		return false
	}
	return true
}

// updateView shows another view in a dialog's place, and reports whether it did
// and the hash of what is shown now.
func (b *Bot) updateView(ctx context.Context, id string, v slack.ModalViewRequest) (hash string, shown bool) {
	if id == "" {
		return "", false
	}
	for try := range 2 {
		r, err := b.api.interactive.UpdateViewContext(ctx, v, "", "", id)
		if err == nil {
			if _, watched := b.results.Load(id); watched {
				b.results.Store(id, r.Hash)
			}
			return r.Hash, true
		}
		if try > 0 || judge(err) == undone {
			b.Log.Info("a dialog could not be updated", "problem", problemName(err))
			return "", false
		}
	}
	return "", false
}

// standBy shows a result once more where the working view has taken its place:
// the ack that shows that and the call that showed the result reach Slack on
// different ways, and the ack may have been the later.
func (b *Bot) standBy(ctx context.Context, id string, v slack.ModalViewRequest, hash string) {
	if hash == "" {
		return
	}
	b.results.Store(id, hash)
	defer b.results.Delete(id)
	select {
	case <-b.within.dialog():
	case <-ctx.Done():
		return
	}
	_, err := b.api.interactive.UpdateViewContext(ctx, v, "", hash, id)
	if last, _ := b.results.Load(id); slackError(err) == "hash_conflict" && last == hash {
		b.updateView(ctx, id, v)
	}
}

// showHome draws someone's App Home.
func (b *Bot) showHome(ctx context.Context, user string) {
	if b.home == nil || user == "" {
		return
	}
	defer b.survive("an App Home")
	ctx, cancel := context.WithTimeout(ctx, workWithin)
	defer cancel()
	if err := b.home(ctx, user); err != nil {
		b.Log.Warn("an App Home could not be shown", "problem", problemName(err))
	}
}

// learn remembers which words mean the same room.
func (b *Bot) learn(a commands.Answer) {
	switch a := a.(type) {
	case commands.RoomPage:
		b.rooms.learn(a.Room.ID, a.Room.Name)
	case commands.RoomsPage:
		for _, row := range a.Rooms {
			b.rooms.learn(row.Room.ID, row.Room.Name)
		}
	case commands.CaseAnswer:
		b.rooms.learn(a.Case.RoomID, a.Case.Room)
	}
}
