package app

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// notification is a datagram of the sd_notify protocol.
type notification struct {
	pid    int // of the sender, 0 if the system does not tell
	fields map[string]string
	files  []*os.File
}

func (n notification) has(field string) bool { return n.fields[field] == "1" }

// mainPID is the process that the sender names, or the sender.
func (n notification) mainPID() int {
	if pid, err := strconv.Atoi(n.fields["MAINPID"]); err == nil && pid > 1 {
		return pid
	}
	return n.pid
}

// bus is the notify socket.
type bus struct {
	path     string
	conn     *net.UnixConn
	messages chan notification
	stop     chan struct{}
	reader   sync.WaitGroup
}

func listenNotify(dir string) (*bus, error) {
	path := socketPath(dir)
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("open the notify socket: %w", err)
	}
	if err := wantCredentials(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("open the notify socket: %w", err)
	}
	b := &bus{path: path, conn: conn, messages: make(chan notification), stop: make(chan struct{})}
	b.reader.Go(b.read)
	return b, nil
}

// maxPath is the room for a path in sockaddr_un with its final zero, on the
// system that has the least.
const maxPath = 103

// socketPath is a name for the notify socket: in dir, unless TMPDIR is so deep
// that it does not fit. An abstract socket has no permissions; who may speak is
// decided by credentials there.
func socketPath(dir string) string {
	path := filepath.Join(dir, "notify")
	if runtime.GOOS == "linux" && len(path) > maxPath {
		return "@" + filepath.Base(dir) + "-" + rand.Text()
	}
	return path
}

func (b *bus) read() {
	for {
		text, oob := make([]byte, 16<<10), make([]byte, 4<<10)
		n, oobn, _, _, err := b.conn.ReadMsgUnix(text, oob)
		if err != nil {
			return
		}
		pid, files, ok := ancillary(oob[:oobn])
		if !ok {
			continue // somebody else's process
		}
		select {
		case b.messages <- notification{pid, parseNotify(string(text[:n])), files}:
		case <-b.stop:
			return
		}
	}
}

func parseNotify(text string) map[string]string {
	fields := make(map[string]string)
	for line := range strings.SplitSeq(text, "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			fields[name] = value
		}
	}
	return fields
}

func (b *bus) close() {
	close(b.stop)
	b.conn.Close()
	b.reader.Wait()
}
