package supervisor

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
)

// StatusHandler answers with the Status as JSON. It tells paths and versions,
// so mount it where only operators come, for example on a listener of its own.
func (s *Supervisor) StatusHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := json.MarshalIndent(s.Status(), "", "  ")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, "application/json", http.StatusOK, append(text, '\n'))
	})
}

// MetricsHandler answers with the Status in the text format of Prometheus. The
// names begin with ginreload_supervisor_; counters go on across upgrades.
func (s *Supervisor) MetricsHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(w, "text/plain; version=0.0.4; charset=utf-8", http.StatusOK, s.Status().Metrics())
	})
}

// ReadyHandler is for readiness probes and the health checks of load balancers:
// 200 while this process serves, 503 with the reason before that and from the
// moment of a stop on, also while the stop still accepts (Options.StopDelay).
// An upgrade is no reason, since connections are answered all the time.
func (s *Supervisor) ReadyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		phase, why := s.journal.ready()
		if why != "" {
			answer(w, plain, http.StatusServiceUnavailable, fmt.Appendf(nil, "not ready: %s\n", why))
			return
		}
		answer(w, plain, http.StatusOK, fmt.Appendf(nil, "ready: generation %d is %s\n", s.generation, phase))
	})
}

// LiveHandler is for liveness probes: 200 as long as the process can answer.
// Neither a failed upgrade nor a drain is mended by killing the process, so
// nothing else is looked at.
func (s *Supervisor) LiveHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		phase, _ := s.journal.ready()
		answer(w, plain, http.StatusOK, fmt.Appendf(nil, "alive: generation %d is %s\n", s.generation, phase))
	})
}

const plain = "text/plain; charset=utf-8"

// answer is never stored: it is old at once.
func answer(w http.ResponseWriter, kind string, code int, text []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	w.Write(text)
}

// ready returns the phase, and why this process should get no connections.
func (j *journal) ready() (phase Phase, why string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	phase = cmp.Or(j.phase, PhaseStarting)
	return phase, phase.unready()
}
