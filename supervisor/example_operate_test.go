package supervisor_test

import (
	"context"
	"log"
	"net/http"

	"github.com/ginreload/ginreload/supervisor"
)

// What operators and probes ask for goes to a listener of its own, which the
// outside world does not reach.
func ExampleSupervisor_StatusHandler() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	public, err := sup.Listen("http", "tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	private, err := sup.Listen("ops", "tcp", "127.0.0.1:9090")
	if err != nil {
		log.Fatal(err)
	}
	ops := http.NewServeMux()
	ops.Handle("/status", sup.StatusHandler())
	ops.Handle("/metrics", sup.MetricsHandler())
	ops.Handle("/readyz", sup.ReadyHandler())
	ops.Handle("/livez", sup.LiveHandler())
	if err := sup.Serve(private, &http.Server{Handler: ops}); err != nil {
		log.Fatal(err)
	}
	if err := sup.Serve(public, &http.Server{Handler: http.DefaultServeMux}); err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}
