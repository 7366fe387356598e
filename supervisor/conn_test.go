package supervisor

import (
	"net"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"
)

// connected returns both ends of a TCP connection.
func connected(t *testing.T) (server, client *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dialed, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		dialed.Close()
		accepted.Close()
	})
	return accepted.(*net.TCPConn), dialed.(*net.TCPConn)
}

// A handler that has taken the connection over may read past us, as io.Copy
// does with the WriteTo of a TCP connection.
func TestKickEndsWithTheIdleState(t *testing.T) {
	for _, state := range []http.ConnState{http.StateActive, http.StateHijacked} {
		server, client := connected(t)
		c := &conn{raw: server, origin: &Listener{sup: &Supervisor{}}}
		c.enter(http.StateIdle, server)
		c.release()
		c.enter(state, server)
		client.Write([]byte("x"))
		if n, err := server.Read(make([]byte, 1)); n != 1 {
			t.Errorf("%v: %v", state, err)
		}
		c.release() // comes too late to matter
		client.Write([]byte("x"))
		if n, err := server.Read(make([]byte, 1)); n != 1 {
			t.Errorf("%v, released again: %v", state, err)
		}
	}
}

// lateSocket has accepted a connection at the moment when it is parked.
type lateSocket struct {
	net.Listener
	inside chan struct{} // closed when Accept has begun
	parked chan struct{}
	nc     net.Conn
}

func (s *lateSocket) Accept() (net.Conn, error) {
	close(s.inside)
	<-s.parked
	for range 1000 {
		runtime.Gosched()
	}
	return s.nc, nil
}

func (s *lateSocket) SetDeadline(t time.Time) error {
	if t.IsZero() {
		return nil
	}
	close(s.parked)
	return nil
}

func (s *lateSocket) File() (*os.File, error) { return nil, os.ErrInvalid }

func (s *lateSocket) Close() error { return nil }

func TestParkWaitsForWhatIsBeingAccepted(t *testing.T) {
	server, _ := connected(t)
	sup := &Supervisor{conns: newConns()}
	socket := &lateSocket{inside: make(chan struct{}), parked: make(chan struct{}), nc: server}
	l := newListener(sup, "l", socket, true)
	accepted := make(chan error, 1)
	l.unpark()
	go func() {
		_, err := l.Accept()
		accepted <- err
	}()
	<-socket.inside
	l.park()
	if n := sup.conns.tend(0).total(); n != 1 {
		t.Errorf("%d connections are counted", n)
	}
	if err := <-accepted; err != nil {
		t.Error(err)
	}
}
