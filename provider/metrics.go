package provider

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roomwarden/roomwarden/moderation"
)

// Metrics counts what all clients send. A nil *Metrics counts nothing.
type Metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	upGauge  *prometheus.GaugeVec
}

// NewMetrics registers the metrics; one of them serves every client.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_provider_calls_total",
			Help: "Calls to a provider, repeats included, by what was asked and how it ended (ok or an error's code).",
		}, []string{"provider", "op", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "roomwarden_provider_call_duration_seconds",
			Help:    "How long a provider took to answer one call.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"provider", "op"}),
		upGauge: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "roomwarden_provider_up",
			Help: "1 while the provider answers and takes our credentials.",
		}, []string{"provider"}),
	}
	for _, c := range []prometheus.Collector{m.calls, m.duration, m.upGauge} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Metrics) observe(provider, op string, took time.Duration, fault *moderation.Error) {
	if m == nil {
		return
	}
	m.duration.WithLabelValues(provider, op).Observe(took.Seconds())
	var code moderation.Code
	if fault != nil {
		code = fault.Code
	}
	m.count(provider, op, code)
}

func (m *Metrics) count(provider, op string, code moderation.Code) {
	if m == nil {
		return
	}
	if code == "" {
		code = "ok"
	}
	m.calls.WithLabelValues(provider, op, string(code)).Inc()
}

func (m *Metrics) up(provider string, up bool) {
	if m == nil {
		return
	}
	value := 0.0
	if up {
		value = 1
	}
	m.upGauge.WithLabelValues(provider).Set(value)
}
