package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/roomwarden/roomwarden/store"
)

// childPlace tells a child process of the test where its store is.
const childPlace = "ROOMWARDEN_STORETEST_PLACE"

// childWriters is how many write at once in a child.
const childWriters = 8

// testKill kills processes in the middle of their writes. Whatever one of them
// was told to be written must be there, and the chain must be whole.
func testKill(t *testing.T, b Backend) {
	place := b.Place(t)
	acknowledged := map[string]bool{}
	for round := range rounds(t, 3) {
		for key := range killedWriter(t, place, 40+round*15) {
			acknowledged[key] = true
		}
		s := b.reopen(t, place)
		records := checkChain(t, s)
		if records < len(acknowledged) {
			t.Errorf("round %d: %d records, %d were acknowledged", round, records, len(acknowledged))
		}
		view(t, s, func(tx store.Tx) error {
			for key := range acknowledged {
				c, err := tx.CaseByKey(key)
				_, postErr := tx.Post("C1", c.Number)
				if err := errors.Join(err, postErr); err != nil {
					t.Errorf("round %d: %s was acknowledged: %v", round, key, err)
				}
			}
			waiting, _, err := tx.CountPending()
			equal(t, "posts that wait", waiting, records)
			return err
		})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killedWriter runs a child that writes, kills it once it has acknowledged so
// many writes, and returns the keys of all that it acknowledged.
func killedWriter(t *testing.T, place string, acks int) map[string]bool {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), childPlace+"="+place)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		keys[lines.Text()] = true
		if len(keys) == acks {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(keys) < acks {
		t.Fatalf("the writer ended by itself after %d of %d writes: %v", len(keys), acks, err)
	}
	return keys
}

// writeUntilKilled writes cases and prints the key of each once it is durable.
func writeUntilKilled(b Backend, place string) {
	s, err := b.Open(context.Background(), place)
	if err != nil {
		fmt.Fprintln(os.Stderr, "open:", err)
		os.Exit(1)
	}
	var writers sync.WaitGroup
	for writer := range childWriters {
		writers.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", os.Getpid(), writer, i)
				err := s.Update(context.Background(), func(tx store.Tx) error {
					r, c, err := tx.AppendRecord(kick(key, "ann", i))
					return errors.Join(err, tx.QueuePost("C1", c.Number, r.Seq, later(i)))
				})
				if err != nil {
					fmt.Fprintln(os.Stderr, "write:", err)
					os.Exit(1)
				}
				fmt.Println(key)
			}
		})
	}
	writers.Wait()
}
