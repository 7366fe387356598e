//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program as well: with PROGRAM set, the test binary serves.
func TestMain(m *testing.M) {
	if kind := os.Getenv("PROGRAM"); kind != "" {
		if err := program(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// program is a server that knows nothing of what is done with it.
func program(kind string) error {
	network, name, _ := strings.Cut(os.Getenv("LISTEN"), " ")
	if special := programs[kind]; special != nil {
		return special(network, name)
	}
	if network == "unix" {
		os.Remove(name)
	}
	ln, err := net.Listen(network, name)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, kind) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		<-time.After(700 * time.Millisecond)
		fmt.Fprint(w, kind)
	})
	return http.Serve(ln, mux)
}

// run starts a generation of the program.
func run(t *testing.T, k *Keeper, kind, network, name string) (*Generation, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "PROGRAM="+kind, "LISTEN="+network+" "+name)
	cmd.Stderr = os.Stderr
	g, err := k.Start(func() (int, error) {
		err := cmd.Start()
		if err != nil {
			return 0, err
		}
		return cmd.Process.Pid, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return g, cmd
}

func await(t *testing.T, k *Keeper, kind Kind, g *Generation) Event {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e := <-k.Events():
			if e.Kind == kind && e.Generation == g {
				return e
			}
			if e.Err != nil {
				t.Fatal(e.Err)
			}
		case <-deadline:
			t.Fatalf("event %d did not come", kind)
		}
	}
}

func get(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	res, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
}

func freePort(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func keeper(t *testing.T) *Keeper {
	t.Helper()
	k, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func TestOneSocketForTwoGenerations(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	_, port, _ := net.SplitHostPort(addr)
	url := "http://" + addr
	first, cmd := run(t, k, "one", "tcp", ":"+port)
	await(t, k, Listening, first)
	k.Serve(first)
	if got := get(t, client(), url); got != "one" {
		t.Fatalf("got %q", got)
	}
	alive := &http.Client{Transport: &http.Transport{}}
	get(t, alive, url)

	second, _ := run(t, k, "two", "tcp", ":"+port)
	await(t, k, Listening, second)
	k.Hold(first)
	k.Serve(second)
	for range 20 {
		if got := get(t, client(), url); got != "two" {
			t.Fatalf("got %q after the hold", got)
		}
	}
	k.Drain(first, 0, 10*time.Second)
	await(t, k, Drained, first)
	if got := get(t, alive, url); got != "two" {
		t.Fatalf("keep-alive: got %q", got)
	}
	cmd.Process.Kill()
	cmd.Wait()
	k.Gone(first)
	if got := get(t, client(), url); got != "two" {
		t.Fatalf("got %q at last", got)
	}
}
