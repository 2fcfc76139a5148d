package twiliotest

import (
	"net/http"
	"time"
)

// quota counts the requests of one second.
type quota struct {
	second        int64
	reads, writes int
}

// spend takes one request out of the quota and reports whether it fitted in.
func (s *Server) spend(r *http.Request) bool {
	now := s.config.Now().Truncate(time.Second).Unix()
	if s.quota.second != now {
		s.quota = quota{second: now}
	}
	if r.Method == http.MethodGet {
		s.quota.reads++
		return s.config.ReadsPerSecond == 0 || s.quota.reads <= s.config.ReadsPerSecond
	}
	s.quota.writes++
	return s.config.WritesPerSecond == 0 || s.quota.writes <= s.config.WritesPerSecond
}
