package commands

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/moderation"
)

// metrics counts what became of attempts. Without a registerer they are kept
// and shown to nobody.
type metrics struct {
	cases *prometheus.CounterVec
	calls *prometheus.HistogramVec
}

func newMetrics(to prometheus.Registerer) metrics {
	m := metrics{
		cases: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_cases_total", Help: "Cases by action, outcome and code.",
		}, []string{"action", "outcome", "code"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "roomwarden_action_seconds", Help: "How long providers took to carry an action out.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2.5, 10),
		}, []string{"action"}),
	}
	if to != nil {
		to.MustRegister(m.cases, m.calls)
	}
	return m
}

// ended counts a case that has come to an outcome.
func (m metrics) ended(c moderation.Case) {
	m.cases.WithLabelValues(string(c.Action), string(c.Outcome), string(c.Code)).Inc()
}

// answered notes how long a provider took.
func (m metrics) answered(action moderation.Action, took time.Duration) {
	m.calls.WithLabelValues(string(action)).Observe(took.Seconds())
}
