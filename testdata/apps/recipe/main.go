// Command recipe upgrades itself the way the documentation of tableflip
// suggests: Upgrade on a signal, and http.Server.Shutdown once Exit is closed.
//
// It is here to lose requests: the load of supervisortest has to see the loss.
package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/cloudflare/tableflip"
)

const greeting = "hello, version 1"

func main() {
	if err := run(); err != nil {
		log.Fatalf("%d: %v", os.Getpid(), err)
	}
}

func run() error {
	upgrader, err := tableflip.New(tableflip.Options{})
	if err != nil {
		return fmt.Errorf("prepare upgrades: %w", err)
	}
	defer upgrader.Stop()
	go upgradeOnSignal(upgrader)

	ln, err := upgrader.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "8080"))
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	srv := &http.Server{Handler: routes()}
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Printf("%d: serve: %v", os.Getpid(), err)
		}
	}()
	if err := upgrader.Ready(); err != nil {
		return fmt.Errorf("report ready: %w", err)
	}
	<-upgrader.Exit()

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return srv.Shutdown(ctx)
}

func upgradeOnSignal(upgrader *tableflip.Upgrader) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP, syscall.SIGUSR2)
	for range asked {
		if err := upgrader.Upgrade(); err != nil {
			log.Printf("%d: upgrade: %v", os.Getpid(), err)
		}
	}
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, greeting) })
	mux.HandleFunc("GET /pid", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("GET /slow", slow)
	mux.HandleFunc("POST /upload", upload)
	return mux
}

func slow(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(cmp.Or(r.FormValue("ms"), "700"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	fmt.Fprintf(w, "%s, after %d ms", greeting, ms)
}

func upload(w http.ResponseWriter, r *http.Request) {
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%d %x", n, sum.Sum(nil))
}
