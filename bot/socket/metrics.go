package socket

import (
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/slack-go/slack"
)

type metrics struct {
	live       prometheus.Gauge
	opens      *prometheus.CounterVec
	unreadable prometheus.Counter
	acks       *prometheus.HistogramVec
	unacked    *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	factory := promauto.With(r)
	return &metrics{
		live: factory.NewGauge(prometheus.GaugeOpts{
			Name: "roomwarden_slack_connections", Help: "Socket Mode connections that have said hello and are open.",
		}),
		opens: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_slack_opens_total", Help: "Calls of apps.connections.open by result.",
		}, []string{"result"}),
		unreadable: factory.NewCounter(prometheus.CounterOpts{
			Name: "roomwarden_slack_unreadable_frames_total", Help: "Frames without an envelope id that are neither hello nor disconnect.",
		}),
		acks: factory.NewHistogramVec(prometheus.HistogramOpts{
			Name: "roomwarden_slack_ack_seconds", Help: "From an envelope's arrival to its ack, by envelope type.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 2.5, 3},
		}, []string{"type"}),
		unacked: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_slack_failed_acks_total", Help: "Acks that could not be sent, by envelope type.",
		}, []string{"type"}),
	}
}

func (m *metrics) opened(err error) {
	result := "ok"
	var said slack.SlackErrorResponse
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	switch {
	case err == nil:
	case errors.As(err, &limited):
		result = "rate_limited"
	case errors.As(err, &said):
		result = "refused"
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		result = "refused"
	default:
		result = "unreachable"
	}
	m.opens.WithLabelValues(result).Inc()
}

func (m *metrics) acked(e Envelope, err error) {
	if err != nil && !errors.Is(err, ErrLeftOut) {
		m.unacked.WithLabelValues(typeLabel(e.Type)).Inc()
		return
	}
	m.acks.WithLabelValues(typeLabel(e.Type)).Observe(time.Since(e.At).Seconds())
}

// typeLabel keeps what Slack may send one day from growing the metric.
func typeLabel(t string) string {
	switch t {
	case "slash_commands", "interactive", "events_api":
		return t
	default:
		return "other"
	}
}
