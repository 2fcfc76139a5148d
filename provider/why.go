package provider

import "github.com/roomwarden/roomwarden/moderation"

// Why returns the key of the sentence that says why a bulk order did not reach
// someone, for Unreached.
func Why(err error) string {
	switch code := moderation.CodeOf(err); code {
	case moderation.CodeNotFound, moderation.CodeRateLimited, moderation.CodeUnavailable, moderation.CodeOutcomeUnknown,
		moderation.CodeUnauthenticated, moderation.CodeRejected:
		return "provider.why." + string(code)
	default:
		return "provider.why.failed"
	}
}
