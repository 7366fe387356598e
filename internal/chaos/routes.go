//go:build linux

package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

func (p *program) routes() http.Handler {
	mux := http.NewServeMux()
	generation := func(w http.ResponseWriter) { fmt.Fprintln(w, "generation", p.sup.Generation()) }
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		generation(w)
	})
	mux.HandleFunc("/probe", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "probed") })
	mux.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/health", p.health)
	mux.HandleFunc("/version", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, p.value("version")) })
	mux.HandleFunc("/config", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, p.config.Load()) })
	mux.HandleFunc("/log", func(w http.ResponseWriter, r *http.Request) {
		p.log.line(fmt.Sprint("generation ", p.sup.Generation()))
	})
	mux.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, p.sup.Ready()) })
	mux.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Context().Value(hookKey{})) })
	mux.HandleFunc("/addr", func(w http.ResponseWriter, r *http.Request) {
		if name := r.FormValue("name"); name != "udp" {
			fmt.Fprint(w, p.listeners[name].Addr())
			return
		}
		fmt.Fprint(w, p.udp.LocalAddr())
	})
	mux.HandleFunc("/inode", p.inode)
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.FormValue("ms") + "ms")
		fmt.Fprintln(p.out, "slow began")
		p.wait(d)
		generation(w)
	})
	// As long as the case wants, whatever time things take.
	mux.HandleFunc("/held", func(w http.ResponseWriter, r *http.Request) {
		path := filepath.Join(p.dir, r.FormValue("gate"))
		syscall.Mkfifo(path, 0o666)
		fmt.Fprintln(p.out, "held", r.FormValue("gate"))
		if f, err := os.Open(path); err == nil {
			f.Close()
		}
		p.log.line(fmt.Sprint("generation ", p.sup.Generation()))
		generation(w)
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(p.out, "upload began")
		h := sha256.New()
		n, _ := io.Copy(h, r.Body)
		fmt.Fprintf(w, "%d %x", n, h.Sum(nil))
	})
	mux.HandleFunc("/download", p.download)
	mux.HandleFunc("/count", p.count)
	mux.HandleFunc("/events", p.events)
	mux.HandleFunc("/websocket", p.websocket)
	mux.HandleFunc("/deaf", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "open")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/upgrade", p.upgrade)
	mux.HandleFunc("/stat", stat)
	mux.HandleFunc("/limit", limit)
	mux.HandleFunc("/environ", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, strings.Join(os.Environ(), "\n"))
	})
	// What a program that this one starts gets to see.
	mux.HandleFunc("/grandchild", func(w http.ResponseWriter, r *http.Request) {
		text, err := exec.Command("sh", "-c", "env; ls -l /proc/$$/fd").CombinedOutput()
		fmt.Fprintln(w, string(text), err)
	})
	// A process whose parent is gone when it ends.
	mux.HandleFunc("/orphan", func(w http.ResponseWriter, r *http.Request) {
		if err := exec.Command("sh", "-c", "sleep 0.05 &").Run(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	// The same program once more, as somebody else's.
	mux.HandleFunc("/helper", func(w http.ResponseWriter, r *http.Request) {
		helper := exec.Command(os.Args[0])
		helper.Env = append(os.Environ(), programEnv+"="+r.FormValue("dir"), "PORT=0")
		text, err := helper.CombinedOutput()
		fmt.Fprintf(w, "%s%v", text, err)
	})
	return mux
}

// inode identifies the listening socket: it is the same in all processes that
// have it. Our own descriptors are asked, since the kernel's table of sockets is
// long after a load, and takes seconds to read.
func (p *program) inode(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if name == "" {
		name = "http"
	}
	want := p.listeners[name].Addr().String()
	names, _ := filepath.Glob("/proc/self/fd/*")
	for _, name := range names {
		fd, err := strconv.Atoi(filepath.Base(name))
		if err != nil || !listensAt(fd, want) {
			continue
		}
		var st syscall.Stat_t
		if syscall.Fstat(fd, &st) == nil {
			fmt.Fprint(w, st.Ino)
			return
		}
	}
	http.Error(w, "no such socket", http.StatusNotFound)
}

// listensAt reports whether fd is a socket that listens at a TCP address.
func listensAt(fd int, addr string) bool {
	if on, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN); err != nil || on == 0 {
		return false
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return false
	}
	var at net.TCPAddr
	switch name := name.(type) {
	case *syscall.SockaddrInet4:
		at = net.TCPAddr{IP: name.Addr[:], Port: name.Port}
	case *syscall.SockaddrInet6:
		at = net.TCPAddr{IP: name.Addr[:], Port: name.Port}
	}
	return at.String() == addr
}

// download sends so many bytes over so many milliseconds.
func (p *program) download(w http.ResponseWriter, r *http.Request) {
	size, _ := strconv.Atoi(r.FormValue("bytes"))
	ms, _ := strconv.Atoi(r.FormValue("ms"))
	fmt.Fprintln(p.out, "download began")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	const pieces = 20
	for i := range pieces {
		io.Copy(w, io.LimitReader(filler{}, int64(size*(i+1)/pieces-size*i/pieces)))
		http.NewResponseController(w).Flush()
		p.wait(time.Duration(ms) * time.Millisecond / pieces)
	}
}

// filler is a body whose bytes are known.
type filler struct{}

func (filler) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// count executes a request that must not be executed twice.
func (p *program) count(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	f, err := os.OpenFile(filepath.Join(p.dir, "executed"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer f.Close()
	fmt.Fprintln(f, r.Header.Get("Idempotency-Key"))
	fmt.Fprint(w, "counted")
}

// events is a stream of server-sent events that ends when the process drains.
func (p *program) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "data: generation %d\n\n", p.sup.Generation())
	http.NewResponseController(w).Flush()
	select {
	case <-supervisor.Draining(r.Context()):
	case <-r.Context().Done():
	}
}

// restart is the close frame of a WebSocket with code 1012, service restart.
const restart = "\x88\x02\x03\xf4"

// websocket echoes lines until the process drains, and then closes as RFC 6455
// wants: a close frame, the peer's close frame, the end.
func (p *program) websocket(w http.ResponseWriter, r *http.Request) {
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer nc.Close()
	io.WriteString(nc, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	if r.FormValue("deaf") != "" {
		io.Copy(nc, rw)
		return
	}
	stop := supervisor.OnDrain(r.Context(), func(context.Context, error) { io.WriteString(nc, restart) })
	defer stop()
	br := bufio.NewReader(rw)
	for {
		head, err := br.Peek(1)
		if err != nil || head[0] == restart[0] {
			return
		}
		line, err := br.ReadString('\n')
		if err != nil {
			return
		}
		io.WriteString(nc, line)
	}
}

func (p *program) upgrade(w http.ResponseWriter, r *http.Request) {
	result, err := p.sup.Upgrade(r.Context())
	var failed *supervisor.UpgradeError
	if errors.As(err, &failed) {
		fmt.Fprintf(w, "status %q stderr %q ", failed.Status, failed.Stderr)
	}
	if err != nil {
		fmt.Fprintln(w, "error", err)
		return
	}
	fmt.Fprintln(w, "replaced by", result.Generation, result.PID)
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
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	fmt.Fprintln(w, fds, runtime.NumGoroutine(), zombies, mem.HeapInuse/1024)
}

// limit sets a soft limit of the process and answers with the old one.
func limit(w http.ResponseWriter, r *http.Request) {
	resource, _ := strconv.Atoi(r.FormValue("resource"))
	soft, err := strconv.ParseUint(r.FormValue("soft"), 10, 64)
	var was syscall.Rlimit
	err = errors.Join(err, syscall.Getrlimit(resource, &was))
	now := was
	now.Cur = soft
	if err = errors.Join(err, syscall.Setrlimit(resource, &now)); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, was.Cur)
}
