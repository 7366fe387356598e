// Command kubernetes is a server for a cluster: rolled out by deployment.yaml,
// it answers the probes, and a stop waits until nobody sends it requests any
// more before it drains.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// drainTimeout is how long a stop waits for what is in flight. Together with
// STOP_DELAY it has to fit into terminationGracePeriodSeconds.
const drainTimeout = 30 * time.Second

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	delay, err := time.ParseDuration(cmp.Or(os.Getenv("STOP_DELAY"), "0s"))
	if err != nil {
		return fmt.Errorf("read STOP_DELAY: %w", err)
	}
	sup, err := supervisor.New(supervisor.Options{StopDelay: delay, DrainTimeout: drainTimeout})
	if err != nil {
		return err
	}
	ln, err := sup.Listen("http", "tcp", ":"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /readyz", sup.ReadyHandler())
	mux.Handle("GET /livez", sup.LiveHandler())
	mux.HandleFunc("GET /", greet)
	mux.HandleFunc("GET /pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	if err := sup.Serve(ln, &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}); err != nil {
		return err
	}
	return sup.Run(context.Background())
}

// greet answers after as many milliseconds as ?ms= says.
func greet(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(cmp.Or(r.FormValue("ms"), "0"))
	if err != nil {
		http.Error(w, "ms is not a number", http.StatusBadRequest)
		return
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	fmt.Fprintf(w, "hello, version %s\n", cmp.Or(os.Getenv("VERSION"), "1"))
}
