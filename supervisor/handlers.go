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
// 200 while Ready says yes, else 503 with the reason.
func (s *Supervisor) ReadyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		phase := s.journal.at()
		if why := s.unready(phase); why != "" {
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
		answer(w, plain, http.StatusOK, fmt.Appendf(nil, "alive: generation %d is %s\n", s.generation, s.journal.at()))
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

// at returns the phase.
func (j *journal) at() Phase {
	j.mu.Lock()
	defer j.mu.Unlock()
	return cmp.Or(j.phase, PhaseStarting)
}
