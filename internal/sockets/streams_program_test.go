//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

// streams speaks other protocols than plain requests and answers.
func streams(network, name string) error { return serveStreams(network, name, false) }

// encrypted is streams behind TLS, with HTTP/2.
func encrypted(network, name string) error { return serveStreams(network, name, true) }

func serveStreams(network, name string, secret bool) error {
	ln, err := net.Listen(network, name)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/events", sendEvents)
	mux.HandleFunc("/echo", sendBack)
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	})
	server := httptest.NewUnstartedServer(mux)
	server.Listener.Close()
	server.Listener, server.EnableHTTP2 = ln, true
	fmt.Println("listens")
	if secret {
		server.StartTLS()
	} else {
		server.Start()
	}
	awaitEnd()
	return nil
}

func sendEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		if _, err := fmt.Fprintf(w, "data: %d\n\n", i); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// sendBack is a WebSocket, as far as it can be told from outside.
func sendBack(w http.ResponseWriter, _ *http.Request) {
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	io.Copy(c, rw)
}
