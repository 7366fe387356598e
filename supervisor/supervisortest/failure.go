package supervisortest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// Cause says what a request failed of.
type Cause string

// The causes of failures.
const (
	Dial      Cause = "dial"      // no connection, or none in time
	Handshake Cause = "handshake" // no TLS on the connection
	Write     Cause = "write"     // the request could not be written in full
	EOF       Cause = "eof"       // closed before the first byte of a response
	Reset     Cause = "reset"     // reset, while the request was written or before the response was complete
	Truncated Cause = "truncated" // closed within a response, or a WebSocket without a close frame
	Malformed Cause = "malformed" // not HTTP
	Status    Cause = "status"    // a response other than 2xx, or a WebSocket closed with another status than 1001 or 1012
	Stream    Cause = "stream"    // HTTP/2: the stream or its connection ended with an error
	Echo      Cause = "echo"      // not the answer to what was sent: another SHA-256, message or event
	Timeout   Cause = "timeout"   // not complete in time
	Missing   Cause = "missing"   // a POST that was answered and not executed
	Repeated  Cause = "repeated"  // a POST that was executed more than once, or although it was refused
)

// crossed is no failure: see Share.Crossed.
const crossed Cause = "crossed"

// Failure is a failed request with its circumstances.
type Failure struct {
	Kind    Kind
	Cause   Cause
	At      time.Time
	Err     error
	Request int    // which request on its connection it was, from 1; 0 without a connection
	Written int64  // bytes of the request that the kernel took
	Read    int64  // bytes of the response
	Local   string // address of the client, to find the connection in a packet capture
}

// Reused says whether the connection had carried a request before.
func (f Failure) Reused() bool { return f.Request > 1 }

func (f Failure) String() string {
	return fmt.Sprintf("%s %s %s: request %d on %s, %d bytes written, %d read: %v",
		f.At.Format("15:04:05.000"), f.Kind, f.Cause, f.Request, f.Local, f.Written, f.Read, f.Err)
}

// cause tells the kinds of network errors apart; otherwise is the answer when
// err is about none of them. The parser calls a header that is cut short a
// malformed one, so the connection is asked and not only the error.
func (c *conn) cause(err error, otherwise Cause) Cause {
	var op *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Timeout
	case errors.Is(err, syscall.ECONNRESET):
		return Reset
	case errors.As(err, &op) && op.Op == "write":
		return Write
	case c.ended.Load() && c.read.Load() == 0:
		return EOF
	case c.ended.Load():
		return Truncated
	}
	return otherwise
}
