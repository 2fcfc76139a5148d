package realtimekit

import (
	"context"

	"golang.org/x/time/rate"

	"github.com/roomwarden/roomwarden/provider"
)

// Unmetered opens a driver that keeps no quota, for suites that ask thousands of times.
func Unmetered(s provider.Settings) (provider.Driver, error) {
	d, err := open(s)
	if err != nil {
		return nil, err
	}
	d.api.quota.SetLimit(rate.Inf)
	return d, nil
}

// WithStage puts something else in the bridge's place.
func WithStage(driver provider.Driver, s stage) {
	if d, ok := driver.(*Driver); ok {
		d.stage = s
	}
}

// EnrolBridge enrols the bridge in a meeting.
func EnrolBridge(ctx context.Context, driver provider.Driver, meeting, preset string) (token string, err error) {
	d, ok := driver.(*Driver)
	if !ok {
		return "", nil
	}
	return d.api.enrolBridge(preset)(ctx, meeting)
}
