package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const reusePort = 15 // SO_REUSEPORT, for which package syscall has no name

func open(name string) net.Listener {
	network, address, _ := strings.Cut(name, " ")
	config := net.ListenConfig{}
	if network == "shared" {
		network = "tcp"
		config.Control = func(_, _ string, conn syscall.RawConn) (err error) {
			conn.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, reusePort, 1) })
			return err
		}
	}
	ln, err := config.Listen(context.Background(), network, address)
	if err != nil {
		log.Fatal(err)
	}
	return ln
}

// serve answers on all of the listeners; with children only they do.
func serve(p part, listeners []net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if p.Dies == "accepted" {
			p.die()
		}
		fmt.Fprint(w, p.Text)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.FormValue("ms"))
		time.Sleep(time.Duration(ms) * time.Millisecond)
		fmt.Fprint(w, p.Text)
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.New()
		if _, err := io.Copy(sum, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%x", sum.Sum(nil))
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat(p.Sick); err == nil {
			http.Error(w, "sick", http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/open", func(w http.ResponseWriter, r *http.Request) {
		ln := open(p.OnDemand)
		go http.Serve(ln, mux)
		fmt.Fprint(w, p.Text)
	})
	if p.Prefork > 0 {
		return
	}
	for _, ln := range listeners {
		go http.Serve(ln, mux)
	}
}

// fork starts children that inherit the listeners, as servers of the kind do
// that keep a process for each core.
func fork(n int, text string, listeners []net.Listener) {
	var files []*os.File
	for _, ln := range listeners {
		f, err := ln.(*net.TCPListener).File()
		if err != nil {
			log.Fatal(err)
		}
		files = append(files, f)
	}
	for range n {
		cmd := exec.Command(os.Args[0], strconv.Itoa(len(files)), text)
		cmd.Stderr, cmd.ExtraFiles = os.Stderr, files
		if err := cmd.Start(); err != nil {
			log.Fatal(err)
		}
		go func() { log.Fatal("a child has ended: ", cmd.Wait()) }()
	}
}

// child serves what it has inherited: so many descriptors from 3 on.
func child(count, text string) {
	n, err := strconv.Atoi(count)
	if err != nil {
		log.Fatal(err)
	}
	var listeners []net.Listener
	for fd := range n {
		ln, err := net.FileListener(os.NewFile(uintptr(3+fd), "inherited"))
		if err != nil {
			log.Fatal(err)
		}
		listeners = append(listeners, ln)
	}
	serve(part{Text: text}, listeners)
	select {}
}
