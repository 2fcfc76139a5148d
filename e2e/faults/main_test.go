package faults_test

import (
	"flag"
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait more than they work.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	rig.Main(m)
}
