package supervisortest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// socket sends messages over a WebSocket and wants each of them back.
type socket struct {
	host, path string
	timeout    time.Duration

	conn *conn // below ws
	ws   *websocket.Conn
	sent int
}

func (s *socket) ask(ctx context.Context, t *tally) *Failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	if s.ws != nil && s.conn.closedByPeer() {
		_, text, err := s.ws.Read(ctx)
		switch {
		case err == nil:
			return s.failed(Echo, fmt.Errorf("a message that nobody asked for: %.100q", text))
		case !dismissed(err):
			return s.failed(s.cause(err), err)
		}
		t.told++
		s.hangUp()
	}
	if s.ws == nil {
		if failure := s.dial(ctx, t); failure != nil {
			return failure
		}
	}
	s.conn.begin(time.Now().Add(s.timeout))
	s.sent++
	message := fmt.Sprint("message ", s.sent)
	err := s.ws.Write(ctx, websocket.MessageText, []byte(message))
	var text []byte
	if err == nil {
		_, text, err = s.ws.Read(ctx)
	}
	switch {
	case dismissed(err):
		t.told++
		return s.failed(crossed, err)
	case err != nil:
		return s.failed(s.cause(err), err)
	case string(text) != message:
		return s.failed(Echo, fmt.Errorf("sent %q, answered %.100q", message, text))
	}
	return nil
}

// dismissed says whether the server has closed as one does that goes away.
func dismissed(err error) bool {
	status := websocket.CloseStatus(err)
	return status == websocket.StatusGoingAway || status == websocket.StatusServiceRestart
}

// dial gives Go's Transport a connection that is open already, and no other, so
// that it cannot try again.
func (s *socket) dial(ctx context.Context, t *tally) *Failure {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", s.host)
	if err != nil {
		return s.failed(Dial, err)
	}
	t.conns++
	s.conn = newConn(nc)
	s.conn.begin(time.Now().Add(s.timeout))
	once := make(chan net.Conn, 1)
	once <- s.conn
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		select {
		case nc := <-once:
			return nc, nil
		default:
			return nil, errors.New("a second connection for one handshake")
		}
	}}
	ws, resp, err := websocket.Dial(ctx, "ws://"+s.host+s.path, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	switch {
	case err != nil && resp != nil:
		return s.failed(Status, err)
	case err != nil:
		return s.failed(s.cause(err), err)
	}
	s.ws = ws
	return nil
}

func (s *socket) cause(err error) Cause {
	switch {
	case websocket.CloseStatus(err) != -1:
		return Status
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	}
	return s.conn.cause(err, Malformed)
}

func (s *socket) failed(cause Cause, err error) *Failure {
	f := s.conn.failure(cause, err)
	s.hangUp()
	return f
}

func (s *socket) hangUp() {
	if s.ws != nil {
		s.ws.CloseNow()
	}
	if s.conn != nil {
		s.conn.Close()
	}
	s.ws, s.conn = nil, nil
}
