//go:build unix

package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// The test binary is also the program that the tests start and upgrade. What
// each generation is like stands in the behaviour file of its folder: words,
// some of them with a value. None is the plain program.

const appEnv = "SUPERVISOR_TEST_APP" // the folder

func TestMain(m *testing.M) {
	a := app{dir: os.Getenv(appEnv)}
	switch {
	case os.Getenv(tenantEnv) != "":
		os.Exit(tenant())
	case os.Getenv(recipeEnv) != "":
		os.Exit((&recipe{app: a}).main())
	case a.dir != "":
		os.Exit(a.main())
	}
	goleak.VerifyTestMain(m)
}

type app struct {
	dir       string
	words     []string
	sup       *supervisor.Supervisor
	again     error // of the second New
	listeners map[string]net.Listener
	packet    net.PacketConn
}

func (a *app) main() int {
	if len(os.Args) > 2 && os.Args[1] == selfCheck {
		fmt.Println("configuration:", os.Args[2])
		if os.Args[2] == "good" {
			return 0
		}
		return 1
	}
	a.learn()
	switch {
	case a.is("recipe"):
		return a.recipe()
	case a.is("exit"):
		fmt.Fprintln(os.Stderr, "config.yaml: no such thing")
		return 3
	case a.is("panic"):
		panic("told to")
	case a.is("hang"):
		fmt.Println("hanging", os.Getpid())
		select {}
	}
	a.prelude()
	a.gate("new")
	if a.is("chatty") {
		fmt.Fprintln(os.Stderr, "starting up")
	}
	if err := a.build(); err != nil {
		log.Print(err)
		fmt.Println("build:", err) // the other may have nobody to read it
		return 1
	}
	a.gate("run")
	if a.is("die") {
		go func() { // as a goroutine of main that panics once everything runs
			a.gate("die")
			os.Exit(4)
		}()
	}
	fmt.Println("running")
	err := a.sup.Run(context.Background())
	left := "none"
	if err == nil {
		leak := goleak.Find(
			// They wait for the process before and the one after this, and cannot be joined.
			goleak.IgnoreAnyFunction("github.com/cloudflare/tableflip.newParent.func1"),
			goleak.IgnoreAnyFunction("github.com/cloudflare/tableflip.(*child).waitExit"),
			goleak.IgnoreAnyFunction("github.com/ginreload/ginreload/supervisor_test.(*app).gate"),
		)
		if leak != nil {
			left = leak.Error()
		}
	}
	report, _ := a.sup.LastDrain()
	fmt.Println("report", a.sup.Generation(), report)
	fmt.Printf("generation %d ended: %v; goroutines left: %s\n", a.sup.Generation(), err, left)
	var cut *supervisor.CutError
	switch {
	case errors.As(err, &cut):
		return 5
	case err != nil:
		return 1
	}
	return 0
}

// build sets up all listeners and servers.
func (a *app) build() (err error) {
	opts := supervisor.Options{
		ReadyTimeout: 3 * time.Second, DrainTimeout: 5 * time.Second, MaxBackoff: -1,
		Logger: slog.New(slog.NewTextHandler(os.Stdout, nil)),
	}
	opts.NoAdmin = a.is("noadmin")
	opts.Guard, _ = time.ParseDuration(a.value("guard"))
	if d, err := time.ParseDuration(a.value("drain")); err == nil {
		opts.DrainTimeout = d
	}
	if d, err := time.ParseDuration(a.value("arrive")); err == nil {
		opts.NewConnGrace = d
	}
	opts.IdleGrace, _ = time.ParseDuration(a.value("idle"))
	opts.Spread, _ = time.ParseDuration(a.value("spread"))
	opts.StopDelay, _ = time.ParseDuration(a.value("stopdelay"))
	if d, err := time.ParseDuration(a.value("ready")); err == nil {
		opts.ReadyTimeout = d
	}
	a.choose(&opts)
	a.tune(&opts)
	if a.sup, err = supervisor.New(opts); err != nil {
		return err
	}
	if err := a.pass(); err != nil {
		return err
	}
	_, a.again = supervisor.New(supervisor.Options{})
	a.listeners = make(map[string]net.Listener)
	addr := a.value("addr")
	if addr == "" {
		addr = "127.0.0.1:" + os.Getenv("PORT")
	}
	srv := a.server()
	if err := a.listen("http", "tcp", addr, srv, ""); err != nil {
		return err
	}
	if err := a.answerPackets(); err != nil {
		return err
	}
	if err := a.adopt(srv); err != nil {
		return err
	}
	// also=NAME,NETWORK,ADDR[,tls|,shared|,unserved|,lines]
	for _, word := range a.words {
		if also, ok := strings.CutPrefix(word, "also="); ok {
			part := append(strings.Split(also, ","), "")
			other := a.server()
			if part[3] == "shared" {
				other = srv
			}
			if err := a.listen(part[0], part[1], part[2], other, part[3]); err != nil {
				return err
			}
		}
	}
	return nil
}

// answerPackets answers each datagram with one: packet=NETWORK,ADDR.
func (a *app) answerPackets() error {
	network, addr, _ := strings.Cut(a.value("packet"), ",")
	if network == "" {
		return nil
	}
	pc, err := a.sup.ListenPacket("packet", network, addr)
	if err != nil {
		return err
	}
	a.packet = pc
	go func() {
		for b := make([]byte, 100); ; {
			_, from, err := pc.ReadFrom(b)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			pc.WriteTo(fmt.Append(nil, "generation ", a.sup.Generation()), from)
		}
	}()
	return nil
}

// adopt opens a listener of the program's own: adopt=ADDR[,reuseport].
func (a *app) adopt(srv *http.Server) error {
	addr, how, _ := strings.Cut(a.value("adopt"), ",")
	if addr == "" {
		return nil
	}
	ln, err := a.sup.Adopt("own", func() (net.Listener, error) {
		fmt.Println("opens its own")
		var lc net.ListenConfig
		if how == "reuseport" {
			lc.Control = func(_, _ string, raw syscall.RawConn) (err error) {
				ctlErr := raw.Control(func(fd uintptr) {
					err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
				})
				return errors.Join(ctlErr, err)
			}
		}
		return lc.Listen(context.Background(), "tcp", addr)
	})
	if err != nil {
		return err
	}
	a.listeners["own"] = ln
	return a.sup.Serve(ln, srv)
}

func (a *app) listen(name, network, addr string, srv *http.Server, how string) error {
	ln, err := a.sup.Listen(name, network, addr)
	if err != nil {
		return err
	}
	a.listeners[name] = ln
	switch how {
	case "unserved":
		return nil
	case "lines":
		return a.sup.ServeGraceful(ln, announced{supervisor.ServeConns(a.lines)})
	case "tls":
		return a.sup.ServeTLS(ln, srv, filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem"))
	}
	return a.sup.Serve(ln, srv)
}

func (a *app) server() *http.Server {
	srv := &http.Server{Handler: a.routes(), ErrorLog: log.New(os.Stdout, "", 0)}
	if a.is("h2c") {
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(true)
		srv.Protocols.SetHTTP2(true)
		srv.Protocols.SetUnencryptedHTTP2(true)
	}
	if a.is("h1") {
		srv.Protocols = new(http.Protocols)
		srv.Protocols.SetHTTP1(true)
	}
	if a.is("impatient") {
		srv.ReadHeaderTimeout, srv.ReadTimeout, srv.IdleTimeout = 2*time.Second, 4*time.Second, time.Minute
	}
	if a.is("hooks") {
		a.hook(srv)
	}
	if a.is("freeze") {
		var conns atomic.Int32 // the first is that of the probe
		srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
			if conns.Add(1) == 2 {
				a.gate("freeze") // and what the old process sends piles up
			}
			return ctx
		}
	}
	return srv
}

type hookKey struct{}

// hook sets all hooks of a server, one of which panics.
func (a *app) hook(srv *http.Server) {
	srv.BaseContext = func(net.Listener) context.Context {
		return context.WithValue(context.Background(), hookKey{}, "base")
	}
	srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		return context.WithValue(ctx, hookKey{}, fmt.Sprint(ctx.Value(hookKey{}), " conn"))
	}
	srv.ConnState = func(nc net.Conn, state http.ConnState) {
		fmt.Println("state", a.sup.Generation(), state)
		if state == http.StateIdle && a.is("panicky") {
			panic("hook")
		}
	}
}

func (a *app) is(word string) bool {
	for _, w := range a.words {
		if w == word {
			return true
		}
	}
	return false
}

func (a *app) value(key string) string {
	for _, w := range a.words {
		if v, ok := strings.CutPrefix(w, key+"="); ok {
			return v
		}
	}
	return ""
}

// gate stops, if the behaviour says so, until the test opens it: a FIFO whose
// reader waits for a writer.
func (a *app) gate(name string) {
	if !a.is("gate="+name) && !a.is(name) {
		return
	}
	path := filepath.Join(a.dir, name)
	syscall.Mkfifo(path, 0o600)
	fmt.Println("at gate", name, os.Getpid())
	f, err := os.Open(path)
	if err != nil {
		log.Print(err)
		return
	}
	f.Close()
}
