package proc

import (
	"net"
	"slices"
	"testing"
)

// The kernel's two ways of telling who listens have to agree, and a connection
// that is open does not count.
func TestListenersAsTheTableHasThem(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		nc, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		port := uint16(ln.Addr().(*net.TCPAddr).Port)
		at := func(all []listening) []listening {
			return slices.DeleteFunc(all, func(l listening) bool { return l.addr.Port() != port })
		}
		asked, err := diagListeners()
		if err != nil {
			t.Fatal(err)
		}
		got, want := at(asked), at(listed("/proc/self/net/tcp", "0A"))
		if len(got) != 1 || !slices.Equal(got, want) {
			t.Errorf("%s: %v, the table has %v", addr, got, want)
		}
	}
}

func TestDiagOfNonsense(t *testing.T) {
	if l, ok := diagListener(make([]byte, 8)); ok {
		t.Errorf("half an answer is %v", l)
	}
	if diagError(nil) == nil || diagError([]byte{254, 255, 255, 255}).Error() != "no such file or directory" {
		t.Error("an error of the kernel is not told")
	}
}

// Most sockets of a machine under load have been closed and wait (TIME_WAIT).
func BenchmarkListeners(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	for range 20_000 {
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		server, err := ln.Accept()
		if err != nil {
			b.Fatal(err)
		}
		server.Close()
		client.Close()
	}
	b.Run("asked", func(b *testing.B) {
		for b.Loop() {
			diagListeners()
		}
	})
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			listed("/proc/self/net/tcp", "0A")
		}
	})
}
