package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/roomwarden/roomwarden/demo/slack"
)

// result is what was measured of one bot.
type result struct {
	bot          string
	acks         []acks // by rate
	idle, loaded int    // KiB
	hello        time.Duration
}

// acks is what became of the envelopes at one rate.
type acks struct {
	took                percentiles
	acked, busy, missed int
	cpu                 float64 // processors kept busy by the bot
}

// rests is how long a bot is left alone before its idle memory is read.
const rests = 5 * time.Second

func measure(ctx context.Context, b bot, rates []int, hold time.Duration) (r result, err error) {
	s, err := slack.Start(slack.Options{ResponsePosts: 1000, PostRate: -1})
	if err != nil {
		return r, err
	}
	defer s.Close()
	r.bot = b.name
	cmd, err := b.command(s)
	if err != nil {
		return r, err
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	defer func() {
		end(cmd)
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, log.String())
		}
	}()
	linked, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := s.AwaitConnections(linked, 1); err != nil {
		return r, err
	}
	r.hello = time.Since(began)
	if err := pause(ctx, rests); err != nil {
		return r, err
	}
	if r.idle, err = resident(cmd.Process.Pid); err != nil {
		return r, err
	}
	watching, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { r.loaded = watch(watching, cmd.Process.Pid) })
	defer watcher.Wait()
	defer stop()
	for _, rate := range rates {
		before, err := busyFor(cmd.Process.Pid)
		if err != nil {
			return r, err
		}
		a, err := load(ctx, s, rate, hold)
		if err != nil {
			return r, err
		}
		after, err := busyFor(cmd.Process.Pid)
		if err != nil {
			return r, err
		}
		a.cpu = (after - before).Seconds() / hold.Seconds()
		r.acks = append(r.acks, a)
	}
	stop()
	watcher.Wait()
	return r, nil
}

func end(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(12*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait() // how it ends is not what is measured
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch returns the most resident memory that it saw until ctx ended.
func watch(ctx context.Context, pid int) (most int) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if now, err := resident(pid); err == nil {
			most = max(most, now)
		}
		select {
		case <-ctx.Done():
			return most
		case <-tick.C:
		}
	}
}

// load has people type /room-help at a steady rate, whether or not the earlier
// ones are answered, and reads from the stand-in's ledger what was acked when.
func load(ctx context.Context, s *slack.Server, rate int, hold time.Duration) (a acks, err error) {
	before := len(s.Ledger().Deliveries)
	var typing sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	total := int(float64(rate) * hold.Seconds())
	for n := range total {
		due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
		if wait := time.Until(due); wait > 0 {
			if err := pause(ctx, wait); err != nil {
				return a, err
			}
		}
		typing.Go(func() {
			reply, err := s.As(slack.Olive).Command(ctx, "/room-help", "", slack.Moderation)
			if err != nil {
				return // the ledger tells that it was not acked
			}
			for _, m := range reply.Messages() {
				if strings.Contains(m.Text, "Too much is going on") {
					mu.Lock()
					a.busy++
					mu.Unlock()
				}
			}
		})
	}
	typing.Wait()
	var took []time.Duration
	for _, d := range s.Ledger().Deliveries[before:] {
		if len(d.Acks) == 0 || d.Acks[0].Late {
			a.missed++
			continue
		}
		took = append(took, d.Acks[0].At.Sub(d.SentAt))
	}
	a.acked, a.took = len(took), percentilesOf(took)
	return a, nil
}
