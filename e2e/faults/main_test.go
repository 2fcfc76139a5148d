package faults_test

import (
	"os"
	"testing"

	"github.com/roomwarden/roomwarden/e2e/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.CleanUp()
	os.Exit(code)
}
