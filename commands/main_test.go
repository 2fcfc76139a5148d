package commands_test

import (
	"testing"

	"github.com/roomwarden/roomwarden/internal/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }
