//go:build linux

package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/supervise"
	"github.com/ginreload/ginreload/supervisor"
)

// The test binary is also the parent, its helpers and the program below it.
const (
	roleEnv   = "SUPERVISE_TEST_ROLE" // parent, or empty for the tests
	parentEnv = "SUPERVISE_TEST_OPTIONS"
	procEnv   = "SUPERVISE_TEST_MOUNT_PROC" // the parent is PID 1 of a namespace of its own
	dirEnv    = "SUPERVISE_TEST_DIR"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__become":
			fmt.Fprintln(os.Stderr, supervise.Become(os.Args[2:], os.Environ()))
			os.Exit(1)
		case "__guard":
			proc.RunGuard(os.Stdin, os.Args[2], os.Args[3])
			os.Exit(0)
		case "__parent":
			os.Exit(parent(os.Args[2:]))
		case "__replaced":
			os.Exit(replaced(os.Args[2:]))
		case "__replacing":
			os.Exit(replacing())
		case "__program":
			os.Exit(program(os.Getenv(dirEnv)))
		}
	}
	goleak.VerifyTestMain(m)
}

// parent is what ginreload supervise does, without its command line.
func parent(args []string) int {
	if os.Getenv(procEnv) != "" {
		if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
			fmt.Fprintln(os.Stderr, "mount /proc:", err)
			return 1
		}
	}
	opts := supervise.Options{
		Args: args, Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Become: []string{"/proc/self/exe", "__become"}, Guard: []string{"/proc/self/exe", "__guard"},
		Say: func(text string) { fmt.Fprintln(os.Stderr, "parent:", text) },
	}
	for word := range strings.FieldsSeq(os.Getenv(parentEnv)) {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "restart":
			opts.Restart = true
		case "leash":
			opts.Leash = true
		case "stop":
			opts.StopTimeout, _ = time.ParseDuration(value)
		}
	}
	code, err := supervise.Run(context.Background(), opts)
	var start *supervise.StartError
	switch {
	case errors.As(err, &start):
		fmt.Fprintln(os.Stderr, err)
		return start.ExitCode()
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// program is a server with a supervisor. What its next process is like stands
// in the file behaviour of its folder.
func program(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, "behaviour"))
	if string(text) == "exit" {
		return 3
	}
	sup, err := supervisor.New(supervisor.Options{DrainTimeout: 5 * time.Second, OnEvent: func(e supervisor.Event) { fmt.Println("event:", e.Kind) }})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if string(text) == "gate" { // now it has what it was to get from the process before it
		path := filepath.Join(dir, "gate")
		syscall.Mkfifo(path, 0o600)
		fmt.Println("at gate", os.Getpid())
		if f, err := os.Open(path); err == nil {
			f.Close()
		}
	}
	ln, err := sup.Listen("http", "tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := sup.Serve(ln, &http.Server{Handler: routes(sup)}); err != nil {
		fmt.Println(err)
		return 1
	}
	err = sup.Run(context.Background())
	fmt.Println("generation", sup.Generation(), "ended:", err)
	if err != nil {
		return 5
	}
	return 0
}

// replaced is a program that learns of a stop when it has been replaced, but
// before it has said so, with more lines if there are any.
func replaced(lines []string) int {
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTERM)
	signal.Ignore(syscall.SIGUSR1)
	next := exec.Command("/proc/self/exe", "__replacing")
	next.Stdout = os.Stdout
	if err := next.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	<-stops
	text := strings.Join(append([]string{"READY=1", fmt.Sprint("MAINPID=", next.Process.Pid)}, lines...), "\n")
	if err := manager.Tell(os.Getenv("NOTIFY_SOCKET"), text); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("replaced")
	next.Wait()
	return 0
}

func replacing() int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGUSR1)
	fmt.Println("replacing")
	for sig := range signals {
		if sig == syscall.SIGUSR1 {
			break
		}
		fmt.Println("told to stop")
	}
	return 0
}

func routes(sup *supervisor.Supervisor) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/generation", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, sup.Generation()) })
	mux.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, strings.Join(os.Environ(), "\n")) })
	mux.HandleFunc("/exit", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.FormValue("code"))
		os.Exit(code)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "open")
		http.NewResponseController(w).Flush()
		<-r.Context().Done() // and not Draining: the drain waits for it
	})
	// A process that nobody waits for: its parent ends at once.
	mux.HandleFunc("/orphan", func(w http.ResponseWriter, r *http.Request) {
		out, err := exec.Command("sh", "-c", `sh -c 'exec sh -c "exit 3"' >/dev/null 2>&1 & echo $!`).Output()
		fmt.Fprint(w, strings.TrimSpace(string(out)), err)
	})
	return mux
}
