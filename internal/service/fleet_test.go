package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// log is what has happened, with seconds.
type log struct {
	mu    sync.Mutex
	began time.Time
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf("%gs ", time.Since(l.began).Seconds())+fmt.Sprintf(format, args...))
}

// actor is a member that takes its time.
func (l *log) actor(name string, after []int, ready, leaves time.Duration) Member {
	return Member{
		Name: name, After: after, Limit: 30 * time.Second, Ready: "it does not answer",
		Publish: func(e event.Event) { l.add("%s: %s", name, e.Message) },
		Run: func(ctx context.Context, cues Cues) error {
			select {
			case <-cues.May:
			case <-cues.Stop:
				l.add("%s never started", name)
				return nil
			}
			l.add("%s starts", name)
			becomes := time.After(ready)
			for {
				select {
				case <-becomes:
					l.add("%s is ready", name)
					cues.Ready()
				case <-cues.Stop:
					select {
					case <-time.After(leaves):
					case <-cues.Kill:
						l.add("%s is killed", name)
						return errors.New("killed")
					}
					l.add("%s leaves", name)
					return nil
				}
			}
		},
	}
}

func (l *log) expect(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(l.lines, "\n"), strings.Join(want, "\n"))
	}
	l.lines = nil
}

// play runs a fleet and lets time pass.
func play(t *testing.T, members func(l *log) []Member, acts func(l *log, f *Fleet, pass func(time.Duration))) error {
	var err error
	synctest.Test(t, func(t *testing.T) {
		l := &log{began: time.Now()}
		f := NewFleet(members(l))
		done := make(chan struct{})
		go func() {
			defer close(done)
			err = f.Run(t.Context())
		}()
		acts(l, f, func(d time.Duration) {
			<-time.After(d)
			synctest.Wait()
		})
		<-done
	})
	return err
}

func TestMembersStartInOrderAndStopInReverse(t *testing.T) {
	t.Parallel()
	err := play(t, func(l *log) []Member {
		return []Member{
			l.actor("db", nil, 2*time.Second, time.Second),
			l.actor("web", []int{0}, time.Second/2, time.Second),
			l.actor("api", []int{0, 1}, 0, 2*time.Second),
		}
	}, func(l *log, f *Fleet, pass func(time.Duration)) {
		pass(10 * time.Second)
		l.expect(t, "0s db starts", "2s db is ready", "2s web starts", "2.5s web is ready", "2.5s api starts", "2.5s api is ready")
		f.Stop()
		pass(10 * time.Second)
		l.expect(t, "12s api leaves", "13s web leaves", "14s db leaves")
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMemberThatIsNeverReady(t *testing.T) {
	t.Parallel()
	err := play(t, func(l *log) []Member {
		return []Member{l.actor("db", nil, time.Hour, time.Hour), l.actor("api", []int{0}, 0, 0), l.actor("e2e", []int{1}, 0, 0)}
	}, func(l *log, f *Fleet, pass func(time.Duration)) {
		pass(29 * time.Second)
		l.expect(t, "0s db starts", "3s api: waits for db", "3s e2e: waits for api")
		pass(2 * time.Second)
		l.expect(t, "30s db: not ready within 30s: it does not answer; what comes after it starts all the same", "30s api starts", "30s api is ready", "30s e2e starts", "30s e2e is ready")
		f.Stop()
		pass(time.Second)
		l.expect(t, "31s e2e leaves", "31s api leaves")
		f.Kill()
		pass(time.Second)
		l.expect(t, "32s db is killed")
	})
	if err == nil || err.Error() != "db: killed" {
		t.Errorf("%v", err)
	}
}

func TestFailureOfAMemberIsItsOwn(t *testing.T) {
	t.Parallel()
	err := play(t, func(l *log) []Member {
		broken := Member{Name: "db", Publish: func(event.Event) {}, Run: func(context.Context, Cues) error { return errors.New("no disk") }}
		return []Member{broken, l.actor("api", []int{0}, 0, 0), l.actor("late", []int{1}, time.Hour, 0), l.actor("never", []int{2}, 0, 0)}
	}, func(l *log, f *Fleet, pass func(time.Duration)) {
		pass(time.Second)
		l.expect(t, "0s api starts", "0s api is ready", "0s late starts")
		f.Stop()
		pass(time.Second)
		l.expect(t, "1s never never started", "1s late leaves", "1s api leaves")
	})
	if err == nil || err.Error() != "db: no disk" {
		t.Errorf("%v", err)
	}
}

// FuzzOrder: whatever waits for whatever, each member starts once, after all
// that it waits for, and is dismissed before them.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{0, 1, 2, 4}, []byte{0, 1, 2, 3})
	f.Add([]byte{0, 0, 3, 7, 1}, []byte{4, 4, 4, 1, 0, 0, 2})
	f.Fuzz(func(t *testing.T, waits, events []byte) {
		if len(waits) > 8 {
			return
		}
		o := make(order, len(waits))
		for i := range o {
			o[i].limit = time.Second
			for j := range i { // so that there is no circle
				if waits[i]>>j&1 != 0 {
					o[i].after = append(o[i].after, j)
				}
			}
		}
		began := time.Unix(0, 0)
		now := began
		started := map[int]bool{}
		start := func() {
			for _, i := range o.admit(now) {
				for _, j := range o[i].after {
					if started[i] || !o[j].counted {
						t.Fatalf("%d starts: started %t, %d is %+v", i, started[i], j, o[j])
					}
				}
				started[i] = true
			}
		}
		for _, b := range events {
			start()
			if i := int(b) % (len(o) + 1); i < len(o) && o[i].may {
				o[i].counted = true
			}
		}
		for range len(o) + 1 { // time alone starts all
			if due := o.due(began); due.After(now) {
				now = due
			}
			now = now.Add(patience)
			o.wait(began, now)
			start()
		}
		if len(started) != len(o) || !o.due(began).IsZero() {
			t.Fatalf("only %v have started: %+v", started, o)
		}
		for round := 0; !o.over(); round++ {
			now := o.dismiss()
			if len(now) == 0 || round > len(o) {
				t.Fatalf("nobody is dismissed: %+v", o)
			}
			for _, i := range now {
				for j := range o {
					if slices.Contains(o[j].after, i) && !o[j].ended {
						t.Fatalf("%d is dismissed before %d", i, j)
					}
				}
			}
			for _, i := range now {
				o[i].ended = true
			}
		}
	})
}
