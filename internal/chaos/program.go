//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

const (
	programEnv    = "GINRELOAD_CHAOS_PROGRAM" // the folder of the trial
	behaviourFile = "behaviour"
)

// program is the server that is upgraded. The behaviour file has a word on
// each line, some with a value; without any it is a plain one.
type program struct {
	dir       string
	words     []string
	out       io.Writer
	passed    map[string]bool // gates; main and the hook of events are never at one at the same time
	sup       *supervisor.Supervisor
	listeners map[string]net.Listener
	udp       net.PacketConn
	beside    sync.WaitGroup // what serves beside Run, until Run closes its socket
	log       journal
	config    atomic.Value // a string
	memory    [][]byte     // see ballast
}

// What the program exits with besides 0.
const (
	exitError = 1
	exitTold  = 3 // the behaviour says exit
	exitCut   = 5 // connections had to be cut
)

func (p *program) main() int {
	text, _ := os.ReadFile(filepath.Join(p.dir, behaviourFile))
	p.words = strings.Split(string(text), "\n")
	p.out, p.passed = os.Stdout, make(map[string]bool)
	if p.is("quiet") {
		p.out = io.Discard
	}
	// The first of all lines, since who watches counts generations by it.
	fmt.Fprintf(p.out, "pid %d begins\n", os.Getpid())
	if p.is("exit") {
		fmt.Fprintln(os.Stderr, "config.yaml: no such thing")
		return exitTold
	}
	if p.is("panic") {
		panic("told to")
	}
	p.spare()
	p.gate("start")
	if err := p.build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		fmt.Fprintln(p.out, "build:", err) // the other may have nobody to read it
		return exitError
	}
	if p.is("once") {
		fmt.Fprintf(p.out, "built as generation %d\n", p.sup.Generation())
		return 0
	}
	p.gate("run")
	err := p.sup.Run(context.Background())
	p.beside.Wait()
	fmt.Fprintf(p.out, "pid %d ended: %v\n", os.Getpid(), err)
	var cut *supervisor.CutError
	switch {
	case errors.As(err, &cut):
		return exitCut
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return exitError
	}
	return 0
}

// build sets up all listeners and servers.
func (p *program) build() (err error) {
	opts := supervisor.Options{
		ReadyTimeout: p.duration("ready", 15*time.Second),
		DrainTimeout: p.duration("drain", 5*time.Second),
		Guard:        p.duration("guard", 0),
		IdleGrace:    p.duration("idle", 0),
		NewConnGrace: p.duration("fresh", 0),
		Logger:       slog.New(slog.NewTextHandler(p.out, &slog.HandlerOptions{Level: slog.LevelWarn})),
		OnEvent:      p.event,
	}
	p.tune(&opts)
	if p.sup, err = supervisor.New(opts); err != nil {
		return err
	}
	p.gate("new")
	p.ballast()
	if p.is("log") {
		if err := p.log.reopen(); err != nil {
			return err
		}
	}
	p.config.Store("none")
	if err := p.state(); err != nil {
		return err
	}
	p.wait(p.duration("init", 0))
	if dir := p.value("chdir"); dir != "" {
		if err := syscall.Chdir(dir); err != nil {
			return fmt.Errorf("change to %s: %w", dir, err)
		}
	}
	p.listeners = make(map[string]net.Listener)
	addr := p.value("addr")
	if addr == "" {
		addr = "127.0.0.1:" + os.Getenv("PORT")
	}
	if err := p.listen("http", "tcp", addr, ""); err != nil {
		return err
	}
	if !p.is("nosocket") {
		if err := p.listen("socket", "unix", filepath.Join(p.dir, "s"), ""); err != nil {
			return err
		}
	}
	for _, word := range p.words { // also=NAME,NETWORK,ADDR[,tls]
		if also, ok := strings.CutPrefix(word, "also="); ok {
			part := append(strings.Split(also, ","), "")
			if err := p.listen(part[0], part[1], part[2], part[3]); err != nil {
				return err
			}
		}
	}
	if err := p.others(); err != nil {
		return err
	}
	return p.drop()
}

func (p *program) listen(name, network, addr, how string) error {
	ln, err := p.sup.Listen(name, network, addr)
	if err != nil {
		return err
	}
	p.listeners[name] = ln
	srv := p.server()
	if how != "tls" {
		return p.sup.Serve(ln, srv)
	}
	if p.is("slowcert") {
		cert, err := tls.LoadX509KeyPair(filepath.Join(p.dir, "cert.pem"), filepath.Join(p.dir, "key.pem"))
		if err != nil {
			return err
		}
		srv.TLSConfig = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			fmt.Fprintln(p.out, "handshake begun")
			p.wait(500 * time.Millisecond)
			return &cert, nil
		}}
		return p.sup.ServeTLS(ln, srv, "", "")
	}
	return p.sup.ServeTLS(ln, srv, filepath.Join(p.dir, "cert.pem"), filepath.Join(p.dir, "key.pem"))
}

func (p *program) server() *http.Server {
	srv := &http.Server{Handler: p.routes(), ErrorLog: slog.NewLogLogger(slog.NewTextHandler(p.out, nil), slog.LevelWarn)}
	srv.Protocols = new(http.Protocols)
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(!p.is("h1"))
	srv.Protocols.SetUnencryptedHTTP2(p.is("h2c"))
	if p.is("hooks") {
		srv.BaseContext = func(net.Listener) context.Context { return context.WithValue(context.Background(), hookKey{}, "base") }
		srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
			return context.WithValue(ctx, hookKey{}, fmt.Sprint(ctx.Value(hookKey{}), " conn"))
		}
		srv.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateIdle && p.is("panicky") {
				panic("hook")
			}
		}
	}
	return srv
}

type hookKey struct{}

// drop gives up root, as a server does that has bound a privileged port.
func (p *program) drop() error {
	var id int
	if _, err := fmt.Sscan(p.value("setuid"), &id); err != nil {
		return nil
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(id), syscall.Setuid(id)); err != nil && os.Getuid() != id {
		return fmt.Errorf("become user %d: %w", id, err)
	}
	return nil
}

// event prints what the library did, and stops at the gate of that event. As
// the library waits for it, that holds the upgrade in exactly that phase.
func (p *program) event(e supervisor.Event) {
	fmt.Fprintf(p.out, "event pid=%d kind=%q generation=%d about=%d took=%v text=%q err=%q\n",
		os.Getpid(), e.Kind, e.Generation, e.PID, e.Took, e.Text, fmt.Sprint(e.Err))
	gate := strings.ReplaceAll(string(e.Kind), " ", "-")
	p.gate(gate)
	if p.is("die=" + gate) {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	if e.Kind == supervisor.EventServing && p.value("live") != "" {
		// As a goroutine of main that panics once everything runs.
		time.AfterFunc(p.duration("live", 0), func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	}
}

// gate stops, if the behaviour says so, until the case opens it: a FIFO whose
// reader waits for a writer.
func (p *program) gate(name string) {
	if !p.is("gate="+name) || p.passed[name] {
		return
	}
	p.passed[name] = true
	path := filepath.Join(p.dir, name)
	syscall.Mkfifo(path, 0o666)
	fmt.Fprintf(p.out, "at gate %s %d\n", name, os.Getpid())
	if f, err := os.Open(path); err == nil {
		f.Close()
		fmt.Fprintf(p.out, "through gate %s\n", name)
	}
}

// spare makes threads ahead. The Go runtime ends a program that cannot get a
// thread, and a limit on processes is one on threads as well.
func (p *program) spare() {
	n, _ := strconv.Atoi(p.value("threads"))
	var made sync.WaitGroup
	for range n {
		made.Go(func() {
			pause := syscall.Timespec{Nsec: int64(50 * time.Millisecond)}
			syscall.Nanosleep(&pause, nil) // holds its thread, unlike a timer
		})
	}
	made.Wait()
}

func (p *program) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}

func (p *program) is(word string) bool {
	for _, w := range p.words {
		if w == word {
			return true
		}
	}
	return false
}

func (p *program) value(key string) string {
	for _, w := range p.words {
		if v, ok := strings.CutPrefix(w, key+"="); ok {
			return v
		}
	}
	return ""
}

func (p *program) duration(key string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(p.value(key)); err == nil {
		return d
	}
	return otherwise
}
