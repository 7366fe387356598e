package supervisortest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// Status says what the fake does: its phase, generation and listeners with the
// connections that are open, all of them as active.
func (f *Fake) Status() supervisor.Status {
	st := supervisor.Status{
		Version: supervisor.StatusVersion, Time: time.Now(), PID: os.Getpid(), Generation: f.Generation(),
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.phase == fresh:
		st.Phase, st.Unready = supervisor.PhaseStarting, string(supervisor.PhaseStarting)
	case f.phase == serving && f.upgrading:
		st.Phase = supervisor.PhaseUpgrading
	case f.phase == serving:
		st.Phase = supervisor.PhaseServing
	case f.phase == replaced:
		st.Phase = supervisor.PhaseDraining
	default:
		st.Phase, st.Unready = supervisor.PhaseStopping, string(supervisor.PhaseStopping)
	}
	for _, l := range f.listeners {
		n := supervisor.Connections{Active: int(l.open.Load())}
		st.Connections.Active += n.Active
		st.Listeners = append(st.Listeners, supervisor.ListenerStatus{
			Name: l.name, Network: l.Addr().Network(), Address: l.Addr().String(), Connections: n,
		})
	}
	return st
}

// StatusHandler answers with Status as JSON.
func (f *Fake) StatusHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(f.Status())
	})
}

// MetricsHandler answers with Status in the text format of Prometheus.
func (f *Fake) MetricsHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write(f.Status().Metrics())
	})
}

// ReadyHandler answers 200 while the fake serves, and else 503, as the library's.
func (f *Fake) ReadyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := f.Status()
		if st.Unready != "" {
			http.Error(w, "not ready: "+st.Unready, http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintf(w, "ready: generation %d is %s\n", st.Generation, st.Phase)
	})
}

// LiveHandler always answers 200.
func (f *Fake) LiveHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := f.Status()
		fmt.Fprintf(w, "alive: generation %d is %s\n", st.Generation, st.Phase)
	})
}
