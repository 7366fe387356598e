package supervisortest

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/ginreload/ginreload/supervisor"
)

// Handler answers what all kinds of clients of a Load ask for, at the paths
// that a Load has by default:
//
//	GET  /           the PID of this process, so that Report.Answers tells the generations apart
//	GET  /pid        the same, for Program
//	GET  /slow?ms=N  the PID after that time
//	POST /upload     the SHA-256 of the body
//	POST /once       Once, with its log at onceLog
//	GET  /download?ms=N  data for that long, and its SHA-256 as the last 64 bytes
//	GET  /events     server-sent events, ten a second, whose ids count from 1
//	GET  /websocket  sends messages back
//
// Events and WebSockets end when supervisor.Draining says so, the latter with
// the status 1012. Mount it in a test build of the program only: anyone may
// ask it to work for as long as they like. Below another path, with
// http.StripPrefix, name that path in Load.URL.
func Handler(onceLog string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", answerPID)
	mux.HandleFunc("GET /pid", answerPID)
	mux.HandleFunc("GET /slow", slow)
	mux.HandleFunc("POST /upload", upload)
	mux.Handle("POST /once", Once(onceLog))
	mux.HandleFunc("GET /download", download)
	mux.HandleFunc("GET /events", sendEvents)
	mux.HandleFunc("GET /websocket", sendBack)
	return mux
}

func answerPID(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) }

func slow(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("ms") + "ms")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pause(r.Context(), d)
	answerPID(w, r)
}

func upload(w http.ResponseWriter, r *http.Request) {
	sum := sha256.New()
	if _, err := io.Copy(sum, r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%x", sum.Sum(nil))
}

const downloadPause = 50 * time.Millisecond

func download(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("ms") + "ms")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body := sealer{w, sha256.New()}
	piece := make([]byte, pieceSize)
	for end := time.Now().Add(d); r.Context().Err() == nil && time.Now().Before(end); pause(r.Context(), downloadPause) {
		rand.Read(piece)
		body.Write(piece)
		http.NewResponseController(w).Flush()
	}
	body.seal()
}

const eventPause = 100 * time.Millisecond

func sendEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	tick := time.NewTicker(eventPause)
	defer tick.Stop()
	for id := 1; ; id++ {
		fmt.Fprintf(w, "id: %d\ndata: %d\n\n", id, os.Getpid())
		http.NewResponseController(w).Flush()
		select {
		case <-supervisor.Draining(r.Context()):
			return
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

func sendBack(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow()
	ended := make(chan struct{})
	var closer sync.WaitGroup
	defer closer.Wait()
	defer close(ended)
	closer.Go(func() {
		select {
		case <-supervisor.Draining(r.Context()):
			ws.Close(websocket.StatusServiceRestart, "draining")
		case <-ended:
		}
	})
	for {
		kind, message, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		if err := ws.Write(r.Context(), kind, message); err != nil {
			return
		}
	}
}
