package supervisor

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// A reader that is parked can be woken in every way that a net.PacketConn has.
func TestParkedReaderWakes(t *testing.T) {
	for _, c := range []struct {
		name string
		wake func(p *PacketConn, to func())
		want error
	}{
		{"by a deadline that was set before", func(p *PacketConn, _ func()) {}, os.ErrDeadlineExceeded},
		{"by a deadline", func(p *PacketConn, _ func()) { p.SetDeadline(past) }, os.ErrDeadlineExceeded},
		{"by its end", func(p *PacketConn, _ func()) { p.Close() }, net.ErrClosed},
		{"by a datagram, when it is its turn", func(p *PacketConn, send func()) {
			p.SetReadDeadline(time.Time{})
			send()
			p.park(false)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			sup := &Supervisor{conns: newConns()}
			pc, err := sup.ListenPacket("p", "udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer pc.Close()
			p := pc.(*PacketConn)
			p.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			p.park(true)
			read := make(chan error, 1)
			go func() {
				_, _, err := p.ReadFrom(make([]byte, 10))
				read <- err
			}()
			c.wake(p, func() { p.WriteTo([]byte("x"), p.LocalAddr()) })
			if err := <-read; !errors.Is(err, c.want) {
				t.Errorf("it returned %v, want %v", err, c.want)
			}
		})
	}
}

// What is parked while it reads goes on waiting: the deadline is not its own.
func TestParkingAReader(t *testing.T) {
	sup := &Supervisor{conns: newConns()}
	pc, err := sup.ListenPacket("p", "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	p := pc.(*PacketConn)
	read := make(chan error, 1)
	go func() {
		_, _, err := p.ReadFrom(make([]byte, 10))
		read <- err
	}()
	for range 100 {
		p.park(true)
		p.park(false)
	}
	p.WriteTo([]byte("x"), p.LocalAddr())
	if err := <-read; err != nil {
		t.Error(err)
	}
}
