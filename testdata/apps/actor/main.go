// Command actor is a server that listens, fails and hangs as the file says that
// it is given, so that one binary stands for many programs. It knows nothing of
// ginreload.
package main

import (
	"encoding/json"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// part is what a program does.
type part struct {
	Text   string   // answered at /
	Listen []string // "tcp 127.0.0.1:$PORT", "unix /tmp/x", "unix @x", "shared 127.0.0.1:80" with SO_REUSEPORT

	Late     int    // ms until it listens
	OnDemand string // what it listens on when /open is asked for
	Clear    bool   // removes the paths of its unix sockets before it listens
	Prefork  int    // children that accept in its place

	Sick string // while there is such a file, /healthz says so
	Lock string // a file that it locks for itself
	UDP  string // a second address that it needs

	Dies   string // "before" or "after" it listens, or when it has "accepted"; "" is never
	After  int    // ms until then
	Remain bool   // is deaf to SIGTERM
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 2 {
		child(os.Args[1], os.Args[2])
		return
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var p part
	if err := json.Unmarshal([]byte(os.ExpandEnv(string(text))), &p); err != nil {
		log.Fatal(err)
	}
	if p.Remain {
		signal.Ignore(syscall.SIGTERM)
	}
	if p.Dies == "before" {
		p.die()
	}
	p.claim()
	time.Sleep(time.Duration(p.Late) * time.Millisecond)
	var listeners []net.Listener
	for _, name := range p.Listen {
		if network, path, _ := strings.Cut(name, " "); p.Clear && network == "unix" && path[0] != '@' {
			os.Remove(path)
		}
		listeners = append(listeners, open(name))
	}
	if p.Prefork > 0 {
		fork(p.Prefork, p.Text, listeners)
	}
	serve(p, listeners)
	log.Print("listens: ", p.Text)
	if p.Dies == "after" {
		p.die()
	}
	select {}
}

func (p part) die() {
	time.Sleep(time.Duration(p.After) * time.Millisecond)
	log.Print("fails as told to")
	os.Exit(1)
}

// claim takes what only one process can have, as programs with a database do.
func (p part) claim() {
	if p.Lock != "" {
		f, err := os.OpenFile(p.Lock, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		// The descriptor stays: a lock lasts as long as it.
		fd, err := syscall.Dup(int(f.Fd()))
		if err != nil {
			log.Fatal(err)
		}
		if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			log.Fatal("open the database: ", err)
		}
	}
	if p.UDP != "" {
		conn, err := net.ListenPacket("udp", p.UDP)
		if err != nil {
			log.Fatal(err)
		}
		packets = append(packets, conn)
	}
}

// packets keeps what claim opens from being collected.
var packets []net.PacketConn
