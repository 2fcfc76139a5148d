package bot

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/roomwarden/roomwarden/store"
)

type metrics struct {
	envelopes *prometheus.CounterVec
	outcome   *prometheus.HistogramVec
	answers   *prometheus.CounterVec
	refusals  *prometheus.CounterVec
	posts     *prometheus.CounterVec
	panics    prometheus.Counter
	dropped   prometheus.Counter
}

func newMetrics(b *Bot) *metrics {
	factory := promauto.With(b.Metrics)
	factory.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "roomwarden_work_waiting", Help: "Accepted envelopes that wait or are worked on.",
	}, func() float64 { taken, _ := b.lanes.count(); return float64(taken) })
	factory.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "roomwarden_work_running", Help: "Workers that have work.",
	}, func() float64 { _, running := b.lanes.count(); return float64(running) })
	factory.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "roomwarden_outbox_posts", Help: "Messages that wait to be posted or updated.",
	}, func() float64 { count, _ := b.backlog(); return float64(count) })
	factory.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "roomwarden_outbox_oldest_seconds", Help: "Age of the oldest message that waits.",
	}, func() float64 { _, age := b.backlog(); return age.Seconds() })
	return &metrics{
		envelopes: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_envelopes_total",
			Help: "Envelopes by what became of them: taken, known (a redelivery), busy, closing, not_kept, unreadable, unknown.",
		}, []string{"became"}),
		outcome: factory.NewHistogramVec(prometheus.HistogramOpts{
			Name: "roomwarden_outcome_seconds", Help: "From an envelope's arrival to its answer, by kind.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"kind"}),
		answers: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_answers_total", Help: "Answers by the way they took: response_url, direct_message, lost.",
		}, []string{"way"}),
		refusals: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_refusals_total", Help: "Invocations that were refused, by code.",
		}, []string{"code"}),
		posts: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "roomwarden_posts_total", Help: "Tries to bring a case into its channel, by result: posted, updated, found, failed.",
		}, []string{"result"}),
		panics:  factory.NewCounter(prometheus.CounterOpts{Name: "roomwarden_panics_total", Help: "Handlers that panicked."}),
		dropped: factory.NewCounter(prometheus.CounterOpts{Name: "roomwarden_dropped_notices_total", Help: "Notices to callers left out because too many were due at once."}),
	}
}

// backlog returns how many posts wait and for how long the oldest has.
func (b *Bot) backlog() (count int, age time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var oldest time.Time
	err := b.Store.View(ctx, func(tx store.Tx) error {
		var err error
		count, oldest, err = tx.CountPending()
		return err
	})
	if err != nil || count == 0 {
		return 0, 0
	}
	return count, time.Since(oldest)
}
