package supervisor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// The whole program: SIGUSR2 replaces it, SIGTERM stops it, and neither loses a
// request. A gin.Engine is an http.Handler, so this is its r.Run as well.
func Example() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello") })
	if err := supervisor.ListenAndServe(":8080", nil); err != nil {
		log.Fatal(err)
	}
}

// The parts behind ListenAndServe, for a server with settings of its own. What
// lasts, such as a connection to a database, is opened before Run: until then
// an upgrade can fail without harm.
func ExampleSupervisor_Serve() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := sup.Listen("http", "tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: http.DefaultServeMux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	if err := sup.Serve(ln, srv); err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// TLS with HTTP/2. SIGHUP reads the certificate again.
func ExampleSupervisor_ServeTLS() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := sup.Listen("https", "tcp", ":8443")
	if err != nil {
		log.Fatal(err)
	}
	if err := sup.ServeTLS(ln, &http.Server{}, "cert.pem", "key.pem"); err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// A unix socket behind nginx or HAProxy. Its path stays where it is across
// upgrades and is removed at a stop.
func ExampleSupervisor_Listen() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := sup.Listen("app", "unix", "/run/app/app.sock")
	if err != nil {
		log.Fatal(err)
	}
	if err := sup.Serve(ln, &http.Server{}); err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// What a service in production sets: where its PID stands, how a new version
// shows that it is well, and how long a load balancer needs at a stop.
func ExampleOptions() {
	db := func(ctx context.Context) error { return nil } // for example (*sql.DB).PingContext
	sup, err := supervisor.New(supervisor.Options{
		PIDFile:      "/run/app/app.pid",
		SelfCheck:    []string{"--check-config"},
		Ready:        db,
		ProbePath:    "/healthz",
		DrainTimeout: time.Minute,
		StopDelay:    5 * time.Second,
		OnReopen:     func(context.Context) error { return errors.New("no log file is configured") },
		OnEvent:      func(e supervisor.Event) { fmt.Println(e.Kind, e.Took) },
		Logger:       slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// A program that has signals of its own, and upgrades when it is asked to over
// HTTP.
func ExampleSupervisor_Upgrade() {
	sup, err := supervisor.New(supervisor.Options{NoSignals: true})
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("POST /deploy", func(w http.ResponseWriter, r *http.Request) {
		result, err := sup.Upgrade(r.Context())
		var failed *supervisor.UpgradeError
		switch {
		case errors.As(err, &failed):
			http.Error(w, fmt.Sprintf("%s: %v\n%q", failed.Reason, failed.Err, failed.Stderr), http.StatusConflict)
		case err != nil:
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		default:
			fmt.Fprintf(w, "generation %d serves, %v after it was asked for\n", result.Generation, result.Total)
		}
	})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := sup.Run(ctx); err != nil {
		log.Fatal(err)
	}
}

// Counters that go on across upgrades. A version that does not understand what
// it gets does not take over.
func ExampleSupervisor_Receive() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var mu sync.Mutex
	visits := map[string]int{}
	err = sup.Receive(context.Background(), "visits", func(version int, r io.Reader) error {
		if version != 1 {
			return fmt.Errorf("version %d is not mine", version)
		}
		return json.NewDecoder(r).Decode(&visits)
	})
	if err != nil && !errors.Is(err, supervisor.ErrNoState) {
		log.Fatal(err)
	}
	err = sup.Offer("visits", 1, func(_ context.Context, w io.Writer) error {
		mu.Lock()
		defer mu.Unlock()
		return json.NewEncoder(w).Encode(visits)
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
