//go:build unix

package supervisor

import (
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
)

// pair returns both ends of a control socket.
func pair(t testing.TB) (here, there *control) {
	t.Helper()
	here, file, err := newControl()
	if err != nil {
		t.Fatal(err)
	}
	there, err = openControl(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		here.close()
		there.close()
	})
	return here, there
}

func TestControlKeepsMessagesApart(t *testing.T) {
	here, there := pair(t)
	big := welcome{Protocol: protocol}
	for i := range 200 { // more than one read
		big.Slots = append(big.Slots, slot{Name: fmt.Sprint("listener ", i), Network: "tcp", Addr: "127.0.0.1:0"})
	}
	sent := []message{{Welcome: &big}, {Commit: true}, {Prepared: &prepared{Claimed: []string{"a"}}}, {Bye: true}}
	go func() {
		for _, m := range sent {
			here.send(m)
		}
		here.close()
	}()
	for _, want := range sent {
		got, nc, err := there.receive()
		if err != nil || nc != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v, %v, want %+v", got, nc, err, want)
		}
	}
	if _, _, err := there.receive(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestControlPassesConnections(t *testing.T) {
	here, there := pair(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var clients, accepted []net.Conn
	for range 20 { // several to a read, if the kernel let them
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		clients, accepted = append(clients, client), append(accepted, nc)
	}
	for i, nc := range accepted {
		if err := errors.Join(here.send(message{Hasten: true}), here.sendConn(message{Conn: fmt.Sprint(i)}, nc)); err != nil {
			t.Fatal(err)
		}
		nc.Close()
	}
	for i, client := range clients {
		there.receive()
		m, f, err := there.receive()
		if err != nil || m.Conn != fmt.Sprint(i) {
			t.Fatal(m, err)
		}
		nc := connOf(f)
		if got, want := nc.RemoteAddr().String(), client.LocalAddr().String(); got != want {
			t.Errorf("connection %d is that of %s, not of %s", i, got, want)
		}
		nc.Close()
	}
}

// A descriptor that this process has no room for is lost, but not the
// conversation.
func TestControlOutlivesALostDescriptor(t *testing.T) {
	here, there := pair(t)
	here.send(message{Conn: "without"})
	here.send(message{Main: true})
	m, nc, err := there.receive()
	if err != nil || nc != nil || m.Conn != "without" {
		t.Fatal(m, nc, err)
	}
	if m, _, err := there.receive(); err != nil || !m.Main {
		t.Fatal(m, err)
	}
}

func FuzzControlReceive(f *testing.F) {
	f.Add(`{"commit":true}` + "\n")
	f.Add(`{"conn":"http"}` + "\n" + `{"conn":5}` + "\n")
	f.Add("\n\n[]\nnull\n{")
	f.Add(strings.Repeat("x", 5000))
	f.Fuzz(func(t *testing.T, text string) {
		here, there := pair(t)
		go func() {
			io.WriteString(here.conn, text)
			here.close()
		}()
		for {
			_, nc, err := there.receive()
			if nc != nil {
				t.Error("a connection out of nowhere")
			}
			if err != nil {
				return
			}
		}
	})
}
