// Command ack compares how fast roomwarden and a bot on Slack's own JavaScript
// framework acknowledge what Slack sends, on the same stand-in for Slack, and
// what they need for it. It prints a table in Markdown.
//
//	go run ./bench/ack [-seconds 10] [-rates 20,200,1000] [-folder DIR]
//
// It needs npm for the other bot; see bench/bolt.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

func main() {
	seconds := flag.Int("seconds", 10, "how long each rate is held")
	rates := flag.String("rates", "20,200,1000", "envelopes a second")
	folder := flag.String("folder", "", "where roomwarden's store is; the system's folder for temporary files where empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, time.Duration(*seconds)*time.Second, *rates, *folder)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/ack:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, hold time.Duration, list, parent string) (err error) {
	var rates []int
	for word := range strings.SplitSeq(list, ",") {
		rate, err := strconv.Atoi(word)
		if err != nil || rate < 1 {
			return fmt.Errorf("rates: %q is not a number from 1 on", word)
		}
		rates = append(rates, rate)
	}
	folder, err := os.MkdirTemp(parent, "roomwarden-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	bots, err := prepare(ctx, folder)
	if err != nil {
		return err
	}
	sync, err := measureSync(folder)
	if err != nil {
		return err
	}
	var results []result
	for _, b := range bots {
		r, err := measure(ctx, b, rates, hold)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		results = append(results, r)
	}
	print(results, rates, sync)
	return nil
}

// print writes the table.
func print(results []result, rates []int, sync percentiles) {
	fmt.Print("| |")
	for _, r := range results {
		fmt.Printf(" %s |", r.bot)
	}
	fmt.Print("\n|---|")
	fmt.Print(strings.Repeat("---|", len(results)), "\n")
	row := func(name string, cell func(result) string) {
		fmt.Printf("| %s |", name)
		for _, r := range results {
			fmt.Printf(" %s |", cell(r))
		}
		fmt.Println()
	}
	for i, rate := range rates {
		row(fmt.Sprintf("ack at %d/s: p50, p99, max", rate), func(r result) string { return r.acks[i].took.String() })
		row(fmt.Sprintf("at %d/s: acked, answered busy, not acked in 3 s", rate), func(r result) string {
			return fmt.Sprintf("%d, %d, %d", r.acks[i].acked, r.acks[i].busy, r.acks[i].missed)
		})
		row(fmt.Sprintf("processors busy at %d/s", rate), func(r result) string { return fmt.Sprintf("%.2f", r.acks[i].cpu) })
	}
	row("resident memory, idle", func(r result) string { return mebibytes(r.idle) })
	row("resident memory, at most under load", func(r result) string { return mebibytes(r.loaded) })
	row("start to first hello", func(r result) string { return r.hello.Round(time.Millisecond).String() })
	fmt.Printf("\nThe disk's own sync of 4 KiB: p50, p99, max %s.\n", sync)
}

func mebibytes(kilobytes int) string { return fmt.Sprintf("%.1f MiB", float64(kilobytes)/1024) }
