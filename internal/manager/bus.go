package manager

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Sender is who has sent a datagram, by the word of the kernel.
type Sender struct {
	PID int // 0 if the system does not tell
	UID int
}

// Notification is a datagram of the sd_notify protocol.
type Notification struct {
	Sender Sender
	Text   string // as it was sent, lines of NAME=VALUE
	Fields map[string]string
	Files  []*os.File // the receiver closes them
}

// Has reports a field with the value 1.
func (n Notification) Has(field string) bool { return n.Fields[field] == "1" }

// MainPID is the process that the sender names, or the sender.
func (n Notification) MainPID() int {
	if pid, err := strconv.Atoi(n.Fields["MAINPID"]); err == nil && pid > 1 {
		return pid
	}
	return n.Sender.PID
}

// Discard closes what came with the datagram.
func (n Notification) Discard() {
	for _, f := range n.Files {
		f.Close()
	}
}

// Lines are those of the datagram that have one of the names.
func (n Notification) Lines(names ...string) []string {
	var lines []string
	for line := range strings.SplitSeq(n.Text, "\n") {
		if name, _, ok := strings.Cut(line, "="); ok && slices.Contains(names, name) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Bus is a notify socket.
type Bus struct {
	path     string
	conn     *net.UnixConn
	messages chan Notification
	stop     chan struct{}
	reader   sync.WaitGroup
}

// OpenBus listens at path, see Path. Close ends it.
func OpenBus(path string) (*Bus, error) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("open the notify socket: %w", err)
	}
	if err := wantCredentials(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("open the notify socket: %w", err)
	}
	b := &Bus{path: path, conn: conn, messages: make(chan Notification, backlog), stop: make(chan struct{})}
	b.reader.Go(b.read)
	return b, nil
}

// maxPath is the room for a path in sockaddr_un with its final zero, on the
// system that has the least.
const maxPath = 103

// Path is a name for a notify socket in dir, or an abstract one if dir is so
// deep that it does not fit, or is "" (Linux only). An abstract socket has no
// permissions; who may speak is for the receiver to decide.
func Path(dir string) string {
	path := filepath.Join(dir, "notify")
	if runtime.GOOS == "linux" && (dir == "" || len(path) > maxPath) {
		return "@ginreload-" + rand.Text()
	}
	return path
}

// Path is what NOTIFY_SOCKET has to say.
func (b *Bus) Path() string { return b.path }

// backlog is how many datagrams wait in Messages, so that what was said before
// something else happened can be heard before that is dealt with.
const backlog = 64

// Messages yields what is sent, in its order. If nobody takes it, senders wait
// in the end.
func (b *Bus) Messages() <-chan Notification { return b.messages }

func (b *Bus) read() {
	for {
		text, oob := make([]byte, 16<<10), make([]byte, 4<<10)
		n, oobn, _, _, err := b.conn.ReadMsgUnix(text, oob)
		if err != nil {
			return
		}
		sender, files := ancillary(oob[:oobn])
		got := Notification{Sender: sender, Text: string(text[:n]), Fields: parse(string(text[:n])), Files: files}
		select {
		case b.messages <- got:
		case <-b.stop:
			got.Discard()
			return
		}
	}
}

func parse(text string) map[string]string {
	fields := make(map[string]string)
	for line := range strings.SplitSeq(text, "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			fields[name] = value
		}
	}
	return fields
}

// Close stops listening and joins the reader.
func (b *Bus) Close() {
	close(b.stop)
	b.conn.Close()
	b.reader.Wait()
	for range len(b.messages) {
		(<-b.messages).Discard()
	}
}
