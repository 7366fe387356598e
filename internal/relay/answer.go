package relay

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
)

// answer follows the answers on an upstream, to tell whether the last one is
// complete. It sees each byte once, keeps no body, and gives up on whatever is
// no HTTP/1 until it is told that a request has begun.
type answer struct {
	method  string // of the request, as far as it matters: HEAD or CONNECT
	state   state
	head    []byte // what has come of the head, when it comes in parts
	left    int64  // bytes of the body, or of the chunk with its line end
	digits  int    // of the size of a chunk
	empty   bool   // nothing stands on the line of a trailer so far
	closing bool   // the server closes after this answer
}

type state int

const (
	awaited  state = iota // no byte of an answer
	interim               // after a status 1xx, another head will come
	heading               // within a head
	counted               // within a body with a length
	sized                 // within the size of a chunk
	extended              // behind the size of a chunk, in its line
	chunked               // within a chunk
	trailing              // behind the last chunk
	whole                 // at the end
	opaque                // a body until the end of the connection, a tunnel, or no HTTP/1
)

// longestHead is how much of a head is kept when it comes in parts. Without
// one that is longer, the worst is that a client is told to connect anew.
const longestHead = 16 << 10

var headEnd = []byte("\r\n\r\n")

// complete reports whether the connection can carry another request.
func (a *answer) complete() bool { return a.state == whole && !a.closing }

// begin says that the next byte is that of an answer to a request that begins
// with p.
func (a *answer) begin(p []byte) {
	*a = answer{}
	for _, method := range []string{"HEAD", "CONNECT"} {
		if bytes.HasPrefix(p[leading(p):], []byte(method+" ")) {
			a.method = method
		}
	}
}

func (a *answer) follow(p []byte) {
	for len(p) > 0 {
		switch a.state {
		case awaited, interim, heading, whole:
			p = a.inHead(p)
		case counted, chunked:
			n := min(a.left, int64(len(p)))
			p, a.left = p[n:], a.left-n
			switch {
			case a.left > 0:
			case a.state == counted:
				a.state = whole
			default:
				a.state, a.digits = sized, 0
			}
		case sized, extended, trailing:
			a.inLine(p[0])
			p = p[1:]
		default:
			return
		}
	}
}

// inHead takes a head, or a part of one, from p and returns the remainder.
func (a *answer) inHead(p []byte) []byte {
	a.state = heading
	// The end may lie across what came before and p.
	held := len(a.head)
	search, from := p, 0
	if held > 0 {
		a.head = append(a.head, p[:min(len(p), longestHead-held)]...)
		search, from = a.head, max(0, held-len(headEnd)+1)
	}
	i := bytes.Index(search[from:], headEnd)
	switch {
	case i >= 0:
		n := from + i + len(headEnd)
		a.open(search[:n])
		a.head = nil
		return p[n-held:]
	case len(search) >= longestHead:
		a.state, a.head = opaque, nil
	case held == 0:
		a.head = slices.Clone(p)
	}
	return nil
}

// open reads a head and says what will follow it.
func (a *answer) open(head []byte) {
	a.state = opaque
	// net/http has the rules, and refuses what contradicts itself.
	res, err := http.ReadResponse(bufio.NewReaderSize(bytes.NewReader(head), len(head)), &http.Request{Method: a.method})
	if err != nil || res.ProtoMajor != 1 {
		return
	}
	a.closing = res.Close
	switch {
	case res.StatusCode == http.StatusSwitchingProtocols, a.method == http.MethodConnect && res.StatusCode/100 == 2:
	case res.StatusCode/100 == 1:
		a.state = interim
	case a.method == http.MethodHead, res.StatusCode == http.StatusNoContent, res.StatusCode == http.StatusNotModified, res.ContentLength == 0:
		a.state = whole
	case len(res.TransferEncoding) > 0:
		a.state, a.digits, a.left = sized, 0, 0
	case res.ContentLength > 0:
		a.state, a.left = counted, res.ContentLength
	}
}

// inLine takes a byte of the lines between and behind chunks.
func (a *answer) inLine(c byte) {
	switch {
	case a.state == trailing && c == '\n' && a.empty:
		a.state = whole
	case a.state == trailing:
		a.empty = c == '\n' || a.empty && c == '\r'
	case c == '\n' && a.digits == 0:
		a.state = opaque
	case c == '\n' && a.left == 0:
		a.state, a.empty = trailing, true
	case c == '\n':
		a.state, a.left = chunked, a.left+int64(len("\r\n"))
	case a.state == extended:
	default:
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		switch {
		case digit < 0:
			a.state = extended
		case a.digits == 15:
			a.state = opaque
		default:
			if a.digits == 0 {
				a.left = 0
			}
			a.left, a.digits = a.left<<4|int64(digit), a.digits+1
		}
	}
}
