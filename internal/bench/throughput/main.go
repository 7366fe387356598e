//go:build unix

// Command throughput measures what embedding supervisor costs: requests per
// second of an http.Server behind it, against the same server without it, both
// asked by wrk in turn; and how long an upgrade takes.
//
//	go run ./internal/bench/throughput [-rounds 10] [-seconds 2] [-upgrades 20]
//
// It needs wrk. Only the ratios mean something: both servers run at the same
// time and are asked one after the other, in an order that changes, and the
// median over all rounds is printed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// serverEnv makes this program one of the servers: plain or supervised.
const serverEnv = "THROUGHPUT_SERVER"

func main() {
	if kind := os.Getenv(serverEnv); kind != "" {
		if err := serve(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	rounds := flag.Int("rounds", 10, "rounds, in each of which both servers are asked once")
	seconds := flag.Int("seconds", 2, "seconds for which a server is asked")
	upgrades := flag.Int("upgrades", 20, "upgrades that are timed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *rounds, *seconds, *upgrades); err != nil {
		fmt.Fprintln(os.Stderr, "throughput:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdout io.Writer, rounds, seconds, upgrades int) error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return fmt.Errorf("find wrk: %w; install it (apt-get install wrk)", err)
	}
	fmt.Fprintf(stdout, "%d rounds of %d s for each server, %s, %d processors\n", rounds, seconds, runtime.Version(), runtime.NumCPU())
	for _, reuse := range []bool{true, false} {
		if err := compare(ctx, stdout, reuse, rounds, seconds); err != nil {
			return err
		}
	}
	return timeUpgrades(ctx, stdout, upgrades)
}

// compare prints the ratio of both servers for one kind of client.
func compare(ctx context.Context, stdout io.Writer, reuse bool, rounds, seconds int) error {
	plain, err := start(ctx, "plain")
	if err != nil {
		return err
	}
	defer plain.stop()
	supervised, err := start(ctx, "supervised")
	if err != nil {
		return err
	}
	defer supervised.stop()
	var ratios, rates []float64
	for i := range rounds {
		order := []*server{plain, supervised}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		rate := map[*server]float64{}
		for _, s := range order {
			if rate[s], err = wrk(ctx, s.url, reuse, seconds); err != nil {
				return err
			}
		}
		ratios = append(ratios, rate[supervised]/rate[plain])
		rates = append(rates, rate[supervised])
	}
	name := "keep-alive"
	if !reuse {
		name = "a connection per request"
	}
	slices.Sort(ratios)
	fmt.Fprintf(stdout, "%-25s supervised / plain: median %.3f (%.3f to %.3f), %.0f requests/s\n",
		name, median(ratios), ratios[0], ratios[len(ratios)-1], median(rates))
	return nil
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// serve is one of the servers.
func serve(kind string) error {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	http.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid()) })
	addr := os.Getenv("ADDR")
	if kind == "supervised" {
		return supervisor.ListenAndServe(addr, nil)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return http.Serve(ln, nil)
}

// timeUpgrades prints how long it takes from a request for an upgrade until the
// new process serves, less the time that the program needs to start by itself.
func timeUpgrades(ctx context.Context, stdout io.Writer, n int) error {
	var cold, handed []float64
	for range n {
		began := time.Now()
		s, err := start(ctx, "supervised")
		if err != nil {
			return err
		}
		cold = append(cold, float64(time.Since(began).Microseconds())/1000)
		took, err := s.upgrade(ctx)
		s.stop()
		if err != nil {
			return err
		}
		handed = append(handed, float64(took.Microseconds())/1000)
	}
	fmt.Fprintf(stdout, "%-25s a cold start takes %.1f ms, SIGUSR2 until the new process answers %.1f ms: %.1f ms more (medians of %d)\n",
		"upgrade", median(cold), median(handed), median(handed)-median(cold), n)
	return nil
}
