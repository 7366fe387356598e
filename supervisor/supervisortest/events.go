package supervisortest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// events reads a stream of server-sent events, which is one request that lasts
// until the server ends it or the load does.
type events struct{ plain }

func (e *events) ask(ctx context.Context, t *tally) *Failure {
	req, _, err := e.request()
	if err != nil {
		return &Failure{Cause: Write, Err: err}
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, failure := e.begin(req, t)
	if failure != nil {
		return failure
	}
	count, err := e.read(ctx, resp)
	switch {
	case errors.Is(err, errLoadEnded):
		e.hangUp()
		return nil
	case errors.Is(err, errOrder), err == nil && count == 0:
		return e.failed(Echo, fmt.Errorf("after %d events: %w", count, errOrder))
	case err != nil:
		return e.failed(e.conn.cause(err, Truncated), err)
	}
	t.streams++
	e.finish(resp, t)
	return nil
}

var (
	errOrder     = errors.New("the ids of the events do not count from 1")
	errLoadEnded = errors.New("the load has ended")
)

// read returns how many events came before the stream ended, and an error if it
// did not end cleanly. It leaves with the load after the first event.
func (e *events) read(ctx context.Context, resp *http.Response) (count int, err error) {
	conn := e.conn
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "id: ")
		if !ok {
			continue
		}
		if count++; id != strconv.Itoa(count) {
			return count, errOrder
		}
		if count == 1 {
			stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
			defer stop()
		}
		conn.SetReadDeadline(time.Now().Add(e.timeout))
		if ctx.Err() != nil { // it may have ended before the deadline was set
			return count, errLoadEnded
		}
	}
	if lines.Err() != nil && ctx.Err() != nil && count > 0 {
		return count, errLoadEnded
	}
	return count, lines.Err()
}
