package supervisortest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// What the library can do and the fake cannot, a main that uses it cannot be
// tested with.
func TestFakeHasAllMethodsOfSupervisor(t *testing.T) {
	t.Parallel()
	real, fake := reflect.TypeFor[*supervisor.Supervisor](), reflect.TypeFor[*supervisortest.Fake]()
	for i := range real.NumMethod() {
		want := real.Method(i)
		got, ok := fake.MethodByName(want.Name)
		if !ok {
			t.Errorf("Fake has no method %s", want.Name)
			continue
		}
		if w, g := signature(want), signature(got); w != g {
			t.Errorf("%s is %v, but of Fake %v", want.Name, w, g)
		}
	}
}

// signature is that of a method without its receiver.
func signature(m reflect.Method) reflect.Type {
	var in, out []reflect.Type
	for i := 1; i < m.Type.NumIn(); i++ {
		in = append(in, m.Type.In(i))
	}
	for i := range m.Type.NumOut() {
		out = append(out, m.Type.Out(i))
	}
	return reflect.FuncOf(in, out, m.Type.IsVariadic())
}

// server is what a main wants of its supervisor.
type server interface {
	Listen(name, network, addr string) (net.Listener, error)
	Serve(ln net.Listener, srv *http.Server) error
	Run(ctx context.Context) error
}

// program is the main under test.
func program(ctx context.Context, sup server, handler http.Handler) error {
	ln, err := sup.Listen("http", "tcp", ":8080")
	if err != nil {
		return err
	}
	if err := sup.Serve(ln, &http.Server{Handler: handler}); err != nil {
		return err
	}
	return sup.Run(ctx)
}

// run runs the program with the fake; ended gets what it returns.
func run(t *testing.T, ctx context.Context, fake *supervisortest.Fake, handler http.HandlerFunc) (ended <-chan error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- program(ctx, fake, handler) }()
	<-fake.Serving()
	return done
}

func get(t *testing.T, fake *supervisortest.Fake, path string) string {
	t.Helper()
	resp, err := fake.Client("http").Get("http://server" + path)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }

func TestFakeServesUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	var fake supervisortest.Fake
	if _, err := fake.Upgrade(t.Context()); !errors.Is(err, supervisor.ErrNotReady) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := run(t, ctx, &fake, hello)
	if got := get(t, &fake, "/"); got != "hello" {
		t.Error(got)
	}
	if err := fake.Run(ctx); !errors.Is(err, supervisor.ErrRunning) {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-fake.Draining()
	if _, err := fake.Upgrade(t.Context()); !errors.Is(err, supervisor.ErrStopping) {
		t.Error(err)
	}
	if _, err := fake.Dial(t.Context(), "http"); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestFakeUpgradesAsScripted(t *testing.T) {
	t.Parallel()
	failed := &supervisor.UpgradeError{Status: "exit status 2", Err: errors.New("no config")}
	answers := []error{failed, nil}
	fake := supervisortest.Fake{OnUpgrade: func(context.Context) (supervisor.Result, error) {
		err := answers[0]
		answers = answers[1:]
		return supervisor.Result{PID: 42}, err
	}}
	admin, err := fake.Listen("admin", "unix", "/run/admin")
	if err != nil {
		t.Fatal(err)
	}
	if err := fake.Serve(admin, &http.Server{Handler: http.NotFoundHandler()}); err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	ended := run(t, t.Context(), &fake, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-release
		}
		hello(w, r)
	})
	var typed *supervisor.UpgradeError
	if _, err := fake.Upgrade(t.Context()); !errors.As(err, &typed) || typed != failed {
		t.Error(err)
	}
	if got := get(t, &fake, "/"); got != "hello" {
		t.Errorf("after an upgrade that failed: %q", got)
	}
	slow := make(chan string, 1)
	go func() { slow <- get(t, &fake, "/slow") }()
	<-entered
	if result, err := fake.Upgrade(t.Context()); err != nil || result != (supervisor.Result{PID: 42, Generation: 2}) {
		t.Error(result, err)
	}
	<-fake.Draining()
	if _, err := fake.Dial(t.Context(), "admin"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a listener is open while another one has work: %v", err)
	}
	if _, err := fake.Upgrade(t.Context()); !errors.Is(err, supervisor.ErrReplaced) {
		t.Error(err)
	}
	close(release)
	if got := <-slow; got != "hello" {
		t.Errorf("the request in flight: %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFakeCutsWhatIsLate(t *testing.T) {
	t.Parallel()
	fake := supervisortest.Fake{DrainTimeout: 10 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	ended := run(t, ctx, &fake, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := fake.Client("http").Get("http://server/"); err == nil {
		t.Error("a request that does not end was answered")
	}
	var cut *supervisor.CutError
	if err := <-ended; !errors.As(err, &cut) || cut.Connections != 1 {
		t.Error(err)
	}
}

func TestFakeIsAsStrictAsTheLibrary(t *testing.T) {
	t.Parallel()
	var fake, other supervisortest.Fake
	ln, err := fake.Listen("http", "tcp", "127.0.0.1:80")
	if err != nil || ln.Addr().String() != "127.0.0.1:80" {
		t.Fatal(ln, err)
	}
	srv := &http.Server{Handler: http.NotFoundHandler()}
	if err := fake.Serve(ln, srv); err != nil {
		t.Fatal(err)
	}
	_, taken := fake.Listen("http", "tcp", ":81")
	_, network := fake.Listen("udp", "udp", ":81")
	_, unknown := fake.Dial(t.Context(), "nobody")
	for what, err := range map[string]error{
		"a name that is taken": taken, "a network without connections": network, "a listener that is not there": unknown,
		"a second server": fake.Serve(ln, srv), "a listener of another": other.Serve(ln, srv),
		"no certificate": fake.ServeTLS(ln, srv, "none.pem", "none.pem"),
	} {
		if err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}

func TestFakeHandsStateOn(t *testing.T) {
	t.Parallel()
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	broken := errors.New("the old process was killed")
	fake := supervisortest.Fake{Inherited: map[string]supervisortest.State{
		"cache": {Version: 3, Data: []byte("old cache")},
		"index": {Version: 1, File: file},
		"half":  {Version: 1, Data: []byte("ha"), Err: broken},
	}}
	if fake.Generation() != 2 {
		t.Error(fake.Generation())
	}
	var got string
	read := func(version int, r io.Reader) error {
		text, err := io.ReadAll(r)
		got = fmt.Sprint(version, string(text))
		return err
	}
	if err := fake.Receive(t.Context(), "cache", read); err != nil || got != "3old cache" {
		t.Error(got, err)
	}
	if version, f, err := fake.ReceiveFile(t.Context(), "index"); err != nil || version != 1 || f != file {
		t.Error(version, f, err)
	}
	if err := fake.Receive(t.Context(), "unknown", read); !errors.Is(err, supervisor.ErrNoState) {
		t.Error(err)
	}
	if err := fake.Offer("cache", 4, func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "new cache")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := fake.OfferFile("cache", 4, file); err == nil {
		t.Error("a name that is taken is accepted")
	}
	if state, err := fake.Offered(t.Context(), "cache"); err != nil || state.Version != 4 || string(state.Data) != "new cache" {
		t.Error(state, err)
	}
	if _, err := fake.Offered(t.Context(), "unknown"); !errors.Is(err, supervisor.ErrNoState) {
		t.Error(err)
	}
	if err := fake.Receive(t.Context(), "half", read); !errors.Is(err, broken) || got != "1ha" {
		t.Error(got, err)
	}
	if err := fake.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("it serves although it has half a state: %v", err)
	}
}

func TestFakeServesOtherProtocols(t *testing.T) {
	t.Parallel()
	var fake supervisortest.Fake
	ln, err := fake.Adopt("lines", nil)
	if err != nil {
		t.Fatal(err)
	}
	echo := func(ctx context.Context, nc net.Conn) {
		stop := context.AfterFunc(ctx, func() { nc.Close() })
		defer stop()
		io.Copy(nc, nc)
	}
	if err := fake.ServeGraceful(ln, supervisor.ServeConns(echo)); err != nil {
		t.Fatal(err)
	}
	statsd, err := fake.ListenPacket("statsd", "udp", "127.0.0.1:8125")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fake.ListenPacket("lines", "udp", ":1"); err == nil {
		t.Error("a name that is taken is accepted")
	}
	if _, ok := fake.LastDrain(); ok || fake.Ready() {
		t.Error("it is ready or has drained before Run")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- fake.Run(ctx) }()

	nc, err := fake.Dial(t.Context(), "lines")
	if err != nil || !fake.Ready() {
		t.Fatal(err)
	}
	answer := make([]byte, 5)
	if _, err := nc.Write([]byte("hello")); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(nc, answer); err != nil || string(answer) != "hello" {
		t.Errorf("%q, %v", answer, err)
	}

	peer, err := fake.DialPacket("statsd")
	if err != nil {
		t.Fatal(err)
	}
	go peer.Write([]byte("a.counter:1|c"))
	n, _, err := statsd.ReadFrom(answer) // no room for the rest
	if err != nil || string(answer[:n]) != "a.cou" || statsd.LocalAddr().String() != "127.0.0.1:8125" {
		t.Errorf("%q, %v", answer[:n], err)
	}

	cancel()
	<-fake.Draining()
	if report, ok := fake.LastDrain(); !ok || report.Cause != "stop" || report.Over {
		t.Errorf("%+v, %t", report, ok)
	}
	nc.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if report, _ := fake.LastDrain(); !report.Over || fake.Ready() {
		t.Errorf("%+v", report)
	}
	if _, _, err := statsd.ReadFrom(answer); err == nil {
		t.Error("the packet socket is open after Run")
	}
}
