package supervisor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestRouteOfAFlight(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{id}", http.NotFound)
	mux.HandleFunc("/any/{id}", http.NotFound)
	mux.HandleFunc("example.com/host", http.NotFound)
	for _, c := range []struct {
		name string
		f    flight
		want string
	}{
		{"running, pattern with a method", flight{mux: mux, method: "GET", path: "/users/7"}, "GET /users/{id}"},
		{"running, pattern without one", flight{mux: mux, method: "PUT", path: "/any/7"}, "PUT /any/{id}"},
		{"running, pattern with a host", flight{mux: mux, method: "GET", host: "example.com", path: "/host"}, "GET example.com/host"},
		{"running, unknown to the mux", flight{mux: mux, method: "GET", path: "/other"}, "GET /other"},
		{"running, another router", flight{mux: http.NotFoundHandler(), method: "GET", path: "/users/7"}, "GET /users/7"},
		{"done, another router that says", flight{method: "GET", path: "/users/7", pattern: "/users/:id"}, "GET /users/:id"},
		{"no request", flight{path: "listener l"}, "listener l"},
	} {
		if got := c.f.route(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What a program with a router of its own has is as many routes as paths.
func TestTallyIsBounded(t *testing.T) {
	all := make(tally)
	for i := range 2 * maxRoutes {
		all.add(flight{method: "GET", path: fmt.Sprint("/", i), since: -time.Duration(i)}, false, 0)
	}
	got := all.sorted()
	if len(got) != maxRoutes+1 || got[0].Route != otherRoutes || got[0].Requests != maxRoutes || got[0].Oldest != 2*maxRoutes-1 {
		t.Errorf("%d routes, the first one %+v", len(got), got[0])
	}
}

// What each request pays for being in the report.
func BenchmarkFlight(b *testing.B) {
	c := &conn{origin: &Listener{sup: &Supervisor{conns: newConns()}}}
	r := httptest.NewRequest("GET", "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		c.depart(r, nil)
		c.arrive(r)
	}
}
