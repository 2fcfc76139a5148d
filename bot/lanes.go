package bot

import (
	"context"
	"sync"
)

// lanes runs work on a bounded number of goroutines. Work of one lane is done
// in the order in which its places were taken, one after the other; a place is
// taken before the work is durable, so that the disk cannot change the order.
type lanes struct {
	workers  int // goroutines at most
	waiting  int // places at most, over all lanes
	perLane  int
	mu       sync.Mutex
	byName   map[string]*lane
	runnable []*lane
	running  int
	taken    int
	closed   bool
	idle     chan struct{} // closed once closed and nothing is taken
	done     sync.WaitGroup
}

type lane struct {
	name   string
	places []*turn
	busy   bool // a worker has it, or it is in runnable
}

// turn is a place in a lane. Exactly one of fill and leave must be called.
type turn struct {
	lanes *lanes
	lane  *lane
	work  func()
	ready bool
}

func newLanes(workers, waiting, perLane int) *lanes {
	return &lanes{workers: workers, waiting: waiting, perLane: perLane, byName: make(map[string]*lane), idle: make(chan struct{})}
}

// take takes the next place in a lane, or none where too much waits already.
func (l *lanes) take(name string) (*turn, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := l.byName[name]; l.closed || l.taken >= l.waiting || at != nil && len(at.places) >= l.perLane {
		return nil, false
	}
	return l.append(name), true
}

// force takes the next place in a lane however much waits.
func (l *lanes) force(name string) *turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.append(name)
}

func (l *lanes) append(name string) *turn {
	at := l.byName[name]
	if at == nil {
		at = &lane{name: name}
		l.byName[name] = at
	}
	p := &turn{lanes: l, lane: at}
	at.places = append(at.places, p)
	l.taken++
	return p
}

// fill gives the place its work, which runs when its turn comes.
func (p *turn) fill(work func()) { p.settle(work) }

// leave gives the place up.
func (p *turn) leave() { p.settle(nil) }

func (p *turn) settle(work func()) {
	l := p.lanes
	l.mu.Lock()
	defer l.mu.Unlock()
	p.work, p.ready = work, true
	l.schedule(p.lane)
}

// schedule gives the lane to a worker where its first place is ready; l.mu is held.
func (l *lanes) schedule(at *lane) {
	for !at.busy && len(at.places) > 0 && at.places[0].ready {
		if at.places[0].work == nil {
			l.shift(at)
			continue
		}
		at.busy = true
		l.runnable = append(l.runnable, at)
		if l.running < l.workers {
			l.running++
			l.done.Go(l.work)
		}
	}
	if !at.busy && len(at.places) == 0 {
		delete(l.byName, at.name)
	}
}

// shift takes the first place out of a lane; l.mu is held.
func (l *lanes) shift(at *lane) {
	at.places[0] = nil
	at.places = at.places[1:]
	l.taken--
	if l.closed && l.taken == 0 {
		close(l.idle)
	}
}

// work runs what is runnable until nothing is.
func (l *lanes) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.runnable) > 0 {
		at := l.runnable[0]
		l.runnable[0] = nil
		l.runnable = l.runnable[1:]
		work := at.places[0].work
		l.mu.Unlock()
		work()
		l.mu.Lock()
		at.busy = false
		l.shift(at)
		l.schedule(at)
	}
	l.running--
}

// count returns how many places are taken and how many of them are being worked on.
func (l *lanes) count() (taken, running int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken, l.running
}

// close takes nothing more and waits until all that was taken is done, or ctx ends.
func (l *lanes) close(ctx context.Context) {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		if l.taken == 0 {
			close(l.idle)
		}
	}
	l.mu.Unlock()
	select {
	case <-l.idle:
	case <-ctx.Done():
	}
}

// abandon drops what has not begun and waits for what has.
func (l *lanes) abandon() {
	l.mu.Lock()
	l.runnable = nil
	l.mu.Unlock()
	l.done.Wait()
}
