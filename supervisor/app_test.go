package supervisor_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor"
	"go.uber.org/goleak"
)

// The test binary is also the program that the tests start and upgrade. What
// the next generation does at its start stands in a file of its folder.

const appEnv = "SUPERVISOR_TEST_APP" // the folder

func TestMain(m *testing.M) {
	if dir := os.Getenv(appEnv); dir != "" {
		os.Exit(app(dir))
	}
	goleak.VerifyTestMain(m)
}

// app is the program. Its behaviour file holds one word, empty for good.
func app(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, "behaviour"))
	behaviour := strings.TrimSpace(string(text))
	switch behaviour {
	case "exit":
		fmt.Fprintln(os.Stderr, "config.yaml: no such thing")
		return 3
	case "panic":
		panic("told to")
	case "hang":
		select {}
	}
	sup, err := supervisor.New(supervisor.Options{ReadyTimeout: 3 * time.Second, DrainTimeout: 5 * time.Second})
	if err != nil {
		log.Print(err)
		return 1
	}
	_, again := supervisor.New(supervisor.Options{})
	ln, err := sup.Listen("http", "tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Print(err)
		return 1
	}
	if err := sup.Serve(ln, &http.Server{Handler: routes(sup, ln, again)}); err != nil {
		log.Print(err)
		return 1
	}
	if behaviour == "die" {
		// As a goroutine of main that panics once everything runs.
		go func() {
			for {
				if _, err := os.Stat(filepath.Join(dir, "die-now")); err == nil {
					os.Exit(4)
				}
				time.Sleep(time.Millisecond)
			}
		}()
	}
	err = sup.Run(context.Background())
	var cut *supervisor.CutError
	switch {
	case errors.As(err, &cut):
		log.Print(err)
		return 5
	case err != nil:
		log.Print(err)
		return 1
	}
	return 0
}

func routes(sup *supervisor.Supervisor, ln *supervisor.Listener, again error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "generation", sup.Generation()) })
	mux.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/again", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, errors.Is(again, supervisor.ErrAlreadyCreated))
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		d, _ := time.ParseDuration(r.FormValue("ms") + "ms")
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		fmt.Fprintln(w, "generation", sup.Generation())
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
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		n, _ := io.Copy(h, r.Body)
		fmt.Fprintf(w, "%d %x", n, h.Sum(nil))
	})
	mux.HandleFunc("/upgrade", func(w http.ResponseWriter, r *http.Request) {
		result, err := sup.Upgrade(r.Context())
		var failed *supervisor.UpgradeError
		if errors.As(err, &failed) {
			fmt.Fprintf(w, "status %q\nstderr %q\n", failed.Status, failed.Stderr)
		}
		if err != nil {
			fmt.Fprintln(w, "error", err)
			return
		}
		fmt.Fprintln(w, "replaced by", result.Generation, result.PID)
	})
	return mux
}
