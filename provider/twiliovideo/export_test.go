package twiliovideo

import "github.com/roomwarden/roomwarden/provider"

// OpenUnbounded makes a driver that keeps no quota, for a suite of thousands of
// requests.
func OpenUnbounded(s provider.Settings) (provider.Driver, error) {
	return newDriver(s, provider.Quota{})
}
