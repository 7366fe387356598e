//go:build unix

package supervisor_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/ginreload/ginreload/supervisor"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// onceLog is the file in the folder of the program with the POSTs that it has executed.
const onceLog = "once"

func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, "generation", a.sup.Generation())
	})
	mux.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/again", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, errors.Is(a.again, supervisor.ErrAlreadyCreated))
	})
	mux.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Context().Value(hookKey{})) })
	mux.HandleFunc("/addr", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("name") == "packet" {
			fmt.Fprint(w, a.packet.LocalAddr())
			return
		}
		fmt.Fprint(w, a.listeners[r.FormValue("name")].Addr())
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.FormValue("ms") + "ms")
		fmt.Println("slow began")
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		fmt.Fprintln(w, "generation", a.sup.Generation())
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "open")
		http.NewResponseController(w).Flush()
		select {
		case <-supervisor.Draining(r.Context()):
			fmt.Fprintln(w, "draining")
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/unhealthy", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "migrations are missing", http.StatusServiceUnavailable)
	})
	mux.HandleFunc("/hangup", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/deaf", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "open")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/cause", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := supervisor.DrainContext(r.Context())
		defer cancel()
		fmt.Fprintln(w, "open")
		http.NewResponseController(w).Flush()
		<-ctx.Done()
		fmt.Fprintln(w, context.Cause(ctx))
		fmt.Println("cause:", context.Cause(ctx), "request:", r.Context().Err())
	})
	mux.HandleFunc("/welcoming", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, a.sup.Ready()) })
	mux.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("user began")
		select {
		case <-r.Context().Done():
		case <-supervisor.Draining(r.Context()):
		}
	})
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/socket", socket)
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		n, _ := io.Copy(h, r.Body)
		fmt.Fprintf(w, "%d %x", n, h.Sum(nil))
	})
	for _, path := range []string{"/once", "/download", "/events", "/websocket"} {
		mux.Handle(path, supervisortest.Handler(filepath.Join(a.dir, onceLog)))
	}
	mux.HandleFunc("/upgrade", a.upgrade)
	a.operate(mux)
	mux.HandleFunc("/starve", a.starve)
	mux.HandleFunc("/stacks", func(w http.ResponseWriter, r *http.Request) { pprof.Lookup("goroutine").WriteTo(w, 2) })
	mux.HandleFunc("/stat", stat)
	mux.HandleFunc("/environ", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, strings.Join(os.Environ(), "\n"))
	})
	// What a program that this one starts gets to see.
	mux.HandleFunc("/grandchild", func(w http.ResponseWriter, r *http.Request) {
		text, err := exec.Command("sh", "-c", "env; ls -l /proc/$$/fd").Output()
		fmt.Fprintln(w, string(text), err)
	})
	mux.HandleFunc("/tenant", func(w http.ResponseWriter, r *http.Request) {
		cmd := exec.CommandContext(r.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), tenantEnv+"=1")
		text, err := cmd.CombinedOutput()
		fmt.Fprintln(w, string(text), err)
	})
	return mux
}

// operate adds the handlers of an operator.
func (a *app) operate(mux *http.ServeMux) {
	mux.Handle("/status", a.sup.StatusHandler())
	mux.Handle("/metrics", a.sup.MetricsHandler())
	mux.Handle("/live", a.sup.LiveHandler())
	ready := a.sup.ReadyHandler()
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("when") == "draining" {
			fmt.Println("ready asked")
			<-supervisor.Draining(r.Context())
		}
		ready.ServeHTTP(w, r)
	})
}

func (a *app) upgrade(w http.ResponseWriter, r *http.Request) {
	result, err := a.sup.Upgrade(r.Context())
	var failed *supervisor.UpgradeError
	if errors.As(err, &failed) {
		fmt.Fprintf(w, "status %q\nstderr %q\n", failed.Status, failed.Stderr)
	}
	if err != nil {
		fmt.Fprintln(w, "error", err)
		return
	}
	fmt.Fprintln(w, "replaced by", result.Generation, result.PID)
}

// echo speaks a protocol of its own after a handshake, as a WebSocket does.
func echo(w http.ResponseWriter, r *http.Request) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer nc.Close()
	io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	io.Copy(nc, rw)
}

// socket is as much of a WebSocket as it takes to close one: it sends the close
// frame, waits for that of the client, and closes (RFC 6455, section 7.1.1).
func socket(w http.ResponseWriter, r *http.Request) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer nc.Close()
	stop := supervisor.OnDrain(r.Context(), func(ctx context.Context, cause error) {
		status := uint16(1001)
		if errors.Is(cause, supervisor.ErrUpgraded) {
			status = 1012
		}
		nc.Write(binary.BigEndian.AppendUint16([]byte{0x88, 2}, status))
	})
	defer stop()
	io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	io.ReadFull(rw, make([]byte, 8)) // a close frame with its mask and status
}

// announced says when it is asked to end.
type announced struct{ supervisor.GracefulServer }

func (a announced) GracefulStop() {
	fmt.Println("graceful stop")
	a.GracefulServer.GracefulStop()
}

// lines answers each line with one, and says bye when it is to end.
func (a *app) lines(ctx context.Context, nc net.Conn) {
	drain, cancel := supervisor.DrainContext(ctx)
	defer cancel()
	defer context.AfterFunc(drain, func() { nc.SetReadDeadline(time.Unix(1, 0)) })()
	for br := bufio.NewReader(nc); ; {
		line, err := br.ReadString('\n')
		switch {
		case err != nil && drain.Err() != nil:
			fmt.Fprintln(nc, "bye")
			nc.(interface{ CloseWrite() error }).CloseWrite()
			nc.SetReadDeadline(time.Time{})
			io.Copy(io.Discard, nc)
			return
		case err != nil:
			return
		case line == "stay\n":
			fmt.Fprintln(nc, "staying")
			<-ctx.Done()
			fmt.Println("stayed until", context.Cause(ctx))
			return
		}
		fmt.Fprintln(nc, "generation", a.sup.Generation())
	}
}

// stat counts what a process must not pile up.
func stat(w http.ResponseWriter, r *http.Request) {
	// tableflip leaves the descriptors of an attempt that failed to the
	// collector, which closes them in a goroutine; so it takes a few rounds.
	fds := 0
	for range 3 {
		runtime.GC()
		runtime.Gosched()
		names, _ := filepath.Glob("/proc/self/fd/*")
		fds = len(names)
	}
	zombies := 0
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, pid := range strings.Fields(string(text)) {
			state, _ := os.ReadFile("/proc/" + pid + "/stat")
			if strings.Contains(string(state), ") Z ") {
				zombies++
			}
		}
	}
	fmt.Fprintln(w, fds, runtime.NumGoroutine(), zombies, residentPages(), heapKiB())
}

// residentPages is how much memory the process has, once all that can be is
// given back (proc_pid_statm(5)).
func residentPages() (pages int) {
	debug.FreeOSMemory()
	text, _ := os.ReadFile("/proc/self/statm")
	var size int
	fmt.Sscan(string(text), &size, &pages)
	return pages
}

func heapKiB() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 10
}
