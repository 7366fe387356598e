package supervisor_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// A stream ends with the drain, and its client connects to the new process.
func ExampleDrainContext() {
	http.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := supervisor.DrainContext(r.Context())
		defer cancel()
		w.Header().Set("Content-Type", "text/event-stream")
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			fmt.Fprint(w, "data: still here\n\n")
			http.NewResponseController(w).Flush()
			select {
			case <-ctx.Done():
				log.Print("the stream ends: ", context.Cause(ctx))
				return
			case <-tick.C:
			}
		}
	})
}

// A connection that a handler has taken over is ended in its own protocol.
func ExampleOnDrain() {
	http.HandleFunc("GET /feed", func(w http.ResponseWriter, r *http.Request) {
		nc, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			log.Print(err)
			return
		}
		defer nc.Close()
		stop := supervisor.OnDrain(r.Context(), func(_ context.Context, cause error) {
			if errors.Is(cause, supervisor.ErrUpgraded) {
				fmt.Fprintln(nc, "come back at once")
			}
			nc.Close()
		})
		defer stop()
		io.Copy(nc, nc)
	})
}

// Any protocol on TCP. grpc.Server goes to ServeGraceful as it is.
func ExampleSupervisor_ServeGraceful() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := sup.Listen("lines", "tcp", ":7000")
	if err != nil {
		log.Fatal(err)
	}
	echo := supervisor.ServeConns(func(ctx context.Context, nc net.Conn) {
		drain, cancel := supervisor.DrainContext(ctx)
		defer cancel()
		stop := context.AfterFunc(drain, func() { nc.SetReadDeadline(time.Now()) })
		defer stop()
		for lines := bufio.NewScanner(nc); lines.Scan(); {
			fmt.Fprintln(nc, lines.Text())
		}
	})
	if err := sup.ServeGraceful(ln, echo); err != nil {
		log.Fatal(err)
	}
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// Datagrams are read by one generation at a time, so the loop needs no care.
func ExampleSupervisor_ListenPacket() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	pc, err := sup.ListenPacket("statsd", "udp", ":8125")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for b := make([]byte, 65536); ; {
			n, from, err := pc.ReadFrom(b)
			if errors.Is(err, net.ErrClosed) {
				return // Run has returned
			}
			if err == nil {
				log.Printf("%s from %s", b[:n], from)
			}
		}
	}()
	if err := sup.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// A socket that the program opens in its own way, in the first generation only.
func ExampleSupervisor_Adopt() {
	sup, err := supervisor.New(supervisor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ln, err := sup.Adopt("http", func() (net.Listener, error) {
		lc := net.ListenConfig{KeepAlive: time.Minute}
		lc.SetMultipathTCP(true)
		return lc.Listen(context.Background(), "tcp", ":8080")
	})
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

// A certificate for more than ServeTLS, which does this by itself with files.
func ExampleLoadCertificate() {
	cert, err := supervisor.LoadCertificate("cert.pem", "key.pem")
	if err != nil {
		log.Fatal(err)
	}
	config := &tls.Config{GetCertificate: cert.GetCertificate}
	opts := supervisor.Options{OnReload: func(context.Context) error { return cert.Reload() }}
	_, _ = config, opts
}

// Kubernetes takes a moment to stop sending requests to a pod that ends.
func ExampleOptions_stopDelay() {
	sup, err := supervisor.New(supervisor.Options{StopDelay: 5 * time.Second, DrainTimeout: 20 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if !sup.Ready() {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
		}
	})
}
