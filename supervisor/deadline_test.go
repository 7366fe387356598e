package supervisor

import (
	"errors"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// timedSocket notes the deadlines that are set.
type timedSocket struct {
	net.Conn
	set  []time.Time
	read func() (int, error)
	when func(time.Time) // is called with each
}

func (s *timedSocket) Read([]byte) (int, error) { return s.read() }

func (s *timedSocket) SetReadDeadline(d time.Time) error {
	s.set = append(s.set, d)
	if s.when != nil {
		s.when(d)
	}
	return nil
}

func newTimed(state http.ConnState) (*conn, *timedSocket) {
	raw := &timedSocket{read: func() (int, error) { return 1, nil }}
	c := &conn{raw: raw, origin: &Listener{sup: &Supervisor{}}}
	c.read(make([]byte, 1))
	c.state.Store(int32(state))
	return c, raw
}

// What does not change anything is spared the socket, everything else is not.
func TestDeadlinesThatTheSocketSees(t *testing.T) {
	never, soon := time.Time{}, time.Now().Add(time.Hour)
	for _, tc := range []struct {
		name  string
		state http.ConnState
		asked []time.Time
		want  int
	}{
		{"none", http.StateIdle, []time.Time{never, never}, 0},
		{"one that ends", http.StateActive, []time.Time{soon, never, never}, 2},
		{"one that has expired", http.StateActive, []time.Time{past, never}, 0},
		{"one that has expired, and one before", http.StateActive, []time.Time{soon, past, never}, 2},
		{"one that has expired, and one after", http.StateActive, []time.Time{past, soon, never}, 2},
		{"expired between requests", http.StateIdle, []time.Time{past, never}, 2},
		{"hijacked", http.StateHijacked, []time.Time{past, never, never}, 3},
	} {
		c, raw := newTimed(tc.state)
		for _, d := range tc.asked {
			c.setReadDeadline(d)
		}
		if len(raw.set) != tc.want {
			t.Errorf("%s: the socket was told %v", tc.name, raw.set)
		}
		if n, err := c.read(make([]byte, 1)); n != 1 {
			t.Errorf("%s: a deadline is left: %v", tc.name, err)
		}
	}
}

func TestExpiredDeadlineThatTheSocketDoesNotSee(t *testing.T) {
	c, raw := newTimed(http.StateActive)
	raw.read = func() (int, error) { t.Error("the socket was read"); return 0, nil }
	c.setReadDeadline(past)
	for range 2 {
		_, err := c.read(make([]byte, 1))
		if timeout, ok := err.(net.Error); !ok || !timeout.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		c.leave.Store(true) // a drain begins
	}
}

// A read that has begun learns from the socket that its deadline has expired.
func TestExpiredDeadlineEndsARead(t *testing.T) {
	c, raw := newTimed(http.StateActive)
	inside, told := make(chan struct{}), make(chan struct{})
	raw.read = func() (int, error) { close(inside); <-told; return 0, os.ErrDeadlineExceeded }
	raw.when = func(d time.Time) {
		if d.Equal(past) {
			close(told)
		}
	}
	ended := make(chan error)
	go func() { _, err := c.read(make([]byte, 1)); ended <- err }()
	<-inside
	c.setReadDeadline(past)
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if c.setReadDeadline(time.Time{}); len(raw.set) != 2 || !raw.set[1].IsZero() {
		t.Errorf("the socket was told %v", raw.set)
	}
}

// A drain wakes a connection that becomes busy just then, and takes that back;
// a read of the body that meets it all the same does not fail.
func TestKickTakenBackDuringARead(t *testing.T) {
	c, raw := newTimed(http.StateIdle)
	busy, back := make(chan struct{}), make(chan struct{})
	reads := 0
	raw.read = func() (int, error) {
		if reads++; reads > 1 {
			return 1, nil
		}
		close(busy)
		<-back
		return 0, os.ErrDeadlineExceeded
	}
	ended := make(chan error)
	raw.when = func(d time.Time) {
		if d.Equal(past) {
			c.state.Store(int32(http.StateActive))
			go func() {
				_, err := c.read(make([]byte, 1))
				ended <- err
			}()
			<-busy
			return
		}
		close(back)
	}
	c.release()
	if err := <-ended; err != nil {
		t.Errorf("a read failed: %v", err)
	}
}
