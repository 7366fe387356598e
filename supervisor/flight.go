package supervisor

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// flight is a request under way. It has copies of what the handler may change
// in the request while somebody else wants to know.
type flight struct {
	req     *http.Request // whose it is; only its own goroutine may look into it
	mux     http.Handler  // of the server
	method  string
	host    string
	path    string
	pattern string        // "" while the handler runs
	since   time.Duration // on the clock of conns
}

// route names the route of f as RouteReport does.
func (f flight) route() string {
	pattern := f.pattern
	if mux, ok := f.mux.(*http.ServeMux); ok && pattern == "" {
		_, pattern = mux.Handler(&http.Request{Method: f.method, Host: f.host, URL: &url.URL{Path: f.path}})
	}
	switch {
	case f.method == "":
		return f.path
	case pattern == "":
		return f.method + " " + f.path
	case strings.ContainsAny(pattern, " \t"):
		return pattern // has its method
	}
	return f.method + " " + pattern
}

// depart notes that a request of c goes to its handler.
func (c *conn) depart(r *http.Request, handler http.Handler) {
	since := c.origin.sup.conns.clock()
	c.mu.Lock()
	if c.flights == nil {
		c.flights = c.first[:0]
	}
	c.flights = append(c.flights, flight{req: r, mux: handler, method: r.Method, host: r.Host, path: r.URL.Path, since: since})
	c.mu.Unlock()
}

// arrive notes that the handler is done with r. On a connection that it has
// hijacked the flight goes on until the connection is closed.
func (c *conn) arrive(r *http.Request) {
	c.mu.Lock()
	i := slices.IndexFunc(c.flights, func(f flight) bool { return f.req == r })
	if i < 0 {
		c.mu.Unlock()
		return
	}
	f := &c.flights[i]
	if http.ConnState(c.state.Load()) == http.StateHijacked {
		f.pattern, f.req = r.Pattern, nil // net/http is done with it
		c.mu.Unlock()
		return
	}
	var landed flight
	lame := c.origin.sup.lameDuck.Load()
	if lame {
		landed = *f
		landed.pattern = r.Pattern
	}
	last := len(c.flights) - 1
	if i < last {
		*f = c.flights[last]
	}
	c.flights[last] = flight{}
	c.flights = c.flights[:last]
	c.mu.Unlock()
	if lame && !c.gone.Load() {
		c.origin.sup.conns.finished(landed)
	}
}

// underWay returns the requests of c that are not done, or what stands for
// them on a connection that is busy without one.
func (c *conn) underWay() (all []flight, hijacked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := http.ConnState(c.state.Load())
	all = append(all, c.flights...)
	if len(all) == 0 && (state == http.StateActive || state == http.StateHijacked) {
		all = append(all, flight{path: "listener " + c.origin.name, since: c.accepted})
		if state == http.StateActive {
			all[0].path += ", no request yet"
		}
	}
	return all, state == http.StateHijacked
}
