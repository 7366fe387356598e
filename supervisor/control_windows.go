package supervisor

import (
	"net"
	"os"
	"time"
)

// control does not exist where processes cannot pass sockets to each other.
type control struct{}

func newControl() (*control, *os.File, error)        { return nil, nil, ErrNotSupported }
func openControl(*os.File) (*control, error)         { return nil, ErrNotSupported }
func connectPair() (here, there net.Conn, err error) { return nil, nil, ErrNotSupported }
func (*control) send(message) error                  { return ErrNotSupported }
func (*control) sendConn(message, net.Conn) error    { return ErrNotSupported }
func (*control) sendFile(message, *os.File) error    { return ErrNotSupported }
func (*control) receive() (message, *os.File, error) { return message{}, nil, ErrNotSupported }
func (*control) expire()                             {}
func (*control) sendBefore(time.Time)                {}
func (*control) close()                              {}
