//go:build unix

package supervisor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// control is one end of the socket between two generations: lines of JSON, a
// descriptor riding on some of them. Its end of file is how either side learns
// that the other one is gone, whatever killed it.
type control struct {
	conn *net.UnixConn

	sendMu sync.Mutex // keeps a line and its descriptor together

	// Owned by the one goroutine that receives.
	text  []byte
	files []int
}

// newControl returns this process's end, and the other one as a file to pass on.
func newControl() (*control, *os.File, error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("create control socket: %w", os.NewSyscallError("socketpair", err))
	}
	c, err := openControl(os.NewFile(uintptr(pair[0]), controlFile))
	if err != nil {
		syscall.Close(pair[1])
		return nil, nil, err
	}
	return c, os.NewFile(uintptr(pair[1]), controlFile), nil
}

// connectPair returns both ends of a connection that needs no network.
func connectPair() (here, there net.Conn, err error) {
	ctl, file, err := newControl()
	if err != nil {
		return nil, nil, err
	}
	there = connOf(file)
	if there == nil {
		ctl.close()
		return nil, nil, fmt.Errorf("open socket pair: %w", syscall.EMFILE)
	}
	return ctl.conn, there, nil
}

// openControl takes over f, an end that was passed on.
func openControl(f *os.File) (*control, error) {
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	u, ok := nc.(*net.UnixConn)
	if !ok {
		nc.Close()
		return nil, fmt.Errorf("open control socket: it is a %T", nc)
	}
	return &control{conn: u}, nil
}

func (c *control) send(m message) error { return c.sendWith(m, nil) }

// sendConn sends m together with the descriptor of nc, which stays open here.
func (c *control) sendConn(m message, nc net.Conn) error {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return fmt.Errorf("pass connection: %T has no descriptor", nc)
	}
	return c.sendDescriptor(m, sc)
}

// sendFile sends m together with the descriptor of f, which stays open here.
func (c *control) sendFile(m message, f *os.File) error { return c.sendDescriptor(m, f) }

func (c *control) sendDescriptor(m message, sc syscall.Conn) error {
	raw, err := sc.SyscallConn()
	if err != nil {
		return fmt.Errorf("pass descriptor: %w", err)
	}
	var sendErr error
	// Control keeps the descriptor open and, unlike File().Fd(), in non-blocking mode.
	err = raw.Control(func(fd uintptr) { sendErr = c.sendWith(m, syscall.UnixRights(int(fd))) })
	return errors.Join(err, sendErr)
}

func (c *control) sendWith(m message, rights []byte) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	n, _, err := c.conn.WriteMsgUnix(line, rights, nil)
	if err == nil && n < len(line) {
		_, err = c.conn.Write(line[n:])
	}
	if err != nil {
		return fmt.Errorf("send to the other process: %w", err)
	}
	return nil
}

// receive returns the next message and the file that came with it, nil if
// this process had no descriptor left for it.
func (c *control) receive() (message, *os.File, error) {
	for {
		if i := bytes.IndexByte(c.text, '\n'); i >= 0 {
			var m message
			err := json.Unmarshal(c.text[:i], &m)
			c.text = c.text[i+1:]
			if err != nil {
				return m, nil, fmt.Errorf("read from the other process: %w", err)
			}
			if !m.carries() {
				return m, nil, nil
			}
			return m, c.nextFile(), nil
		}
		if err := c.fill(); err != nil {
			for _, fd := range c.files {
				syscall.Close(fd)
			}
			c.files = nil
			return message{}, nil, err
		}
	}
}

func (c *control) fill() error {
	text, oob := make([]byte, 4096), make([]byte, syscall.CmsgSpace(4*8))
	n, oobn, _, _, err := c.conn.ReadMsgUnix(text, oob)
	if err != nil {
		return err
	}
	if n == 0 && oobn == 0 {
		return io.EOF
	}
	c.text = append(c.text, text[:n]...)
	messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return fmt.Errorf("read from the other process: %w", err)
	}
	for _, m := range messages {
		fds, err := syscall.ParseUnixRights(&m)
		if err != nil {
			continue
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			c.files = append(c.files, fd)
		}
	}
	return nil
}

func (c *control) nextFile() *os.File {
	if len(c.files) == 0 {
		return nil
	}
	f := os.NewFile(uintptr(c.files[0]), "passed on")
	c.files = c.files[1:]
	return f
}

// expire makes every send fail, those that are blocked as well.
func (c *control) expire() { c.sendBefore(past) }

// sendBefore makes every send fail that is not over by then.
func (c *control) sendBefore(t time.Time) { c.conn.SetWriteDeadline(t) }

func (c *control) close() { c.conn.Close() }
