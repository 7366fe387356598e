package builder

import (
	"bytes"
	"fmt"
)

const (
	headLimit = 768 << 10
	tailLimit = 256 << 10
)

// A transcript keeps the start of what is written to it, where a compiler says
// what matters, and the end, where a script does.
type transcript struct {
	head []byte
	tail []byte
	cut  int
}

func (t *transcript) Write(p []byte) (int, error) {
	n := len(p)
	if room := headLimit - len(t.head); room > 0 {
		k := min(room, len(p))
		t.head = append(t.head, p[:k]...)
		p = p[k:]
	}
	t.tail = append(t.tail, p...)
	// Cutting only at twice the limit makes the copying cost linear.
	if len(t.tail) > 2*tailLimit {
		t.cutTail()
	}
	return n, nil
}

func (t *transcript) cutTail() {
	excess := len(t.tail) - tailLimit
	if excess <= 0 {
		return
	}
	// Do not begin in the middle of a line, which could read as something else.
	if end := bytes.IndexByte(t.tail[excess:], '\n'); end >= 0 {
		excess += end + 1
	}
	t.cut += excess
	t.tail = append(t.tail[:0], t.tail[excess:]...)
}

func (t *transcript) String() string {
	t.cutTail()
	if t.cut == 0 {
		return string(t.head) + string(t.tail)
	}
	return fmt.Sprintf("%s\n... %d bytes of output are left out here ...\n%s", t.head, t.cut, t.tail)
}
