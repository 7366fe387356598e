package app

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"time"
)

// Times of a probe.
const (
	probeTimeout = time.Second
	probePause   = 100 * time.Millisecond
)

// probed is the answer to one probe.
type probed struct {
	op *operation
	ok bool
}

// probe asks the generation of op for its URL. While it does, the one before
// accepts nothing, so that it cannot answer in its place. Between two probes it
// is the other way round, so that clients are answered by one that is ready.
func (r *runner) probe() {
	op := r.op
	url := r.opts.Probe
	if strings.HasPrefix(url, "/") {
		if len(op.next.addrs) == 0 {
			r.ready(op.next, nil)
			return
		}
		url = texts(op.next.addrs)[0] + url
	}
	if r.current != nil && r.current.kept != nil {
		r.keeper.Hold(r.current.kept)
		r.keeper.Resume(op.next.kept) // which is taken up when the other is held
	}
	if op.listen != nil {
		op.listen()
	}
	ctx, cancel := context.WithCancel(r.ctx)
	op.listen = cancel
	r.background.Go(func() {
		ok := answers(ctx, url)
		select {
		case r.probed <- probed{op, ok}:
		case <-ctx.Done():
		case <-r.over:
		}
	})
}

// answers reports whether one request is answered with a status of 2xx or 3xx.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	// A certificate for development is nobody's business but the developer's.
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode >= 200 && res.StatusCode < 400
}

func (r *runner) hasAnswered(p probed) {
	if r.op != p.op || p.op.next == nil || r.stopping {
		return
	}
	if p.ok {
		r.ready(p.op.next, p.op.next.addrs)
		return
	}
	if r.current != nil && r.current.kept != nil {
		r.keeper.Hold(p.op.next.kept)
		r.keeper.Resume(r.current.kept)
	}
	time.AfterFunc(probePause, func() {
		r.app.tell(func(r *runner) {
			if r.op == p.op && p.op.next != nil && !r.stopping {
				r.probe()
			}
		})
	})
}
