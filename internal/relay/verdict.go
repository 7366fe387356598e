package relay

import (
	"bytes"
	"slices"
)

// Verdict says whether bytes begin an HTTP/1 request.
type Verdict int

const (
	// No: whatever follows, this is none.
	No Verdict = iota
	// NotYet: it is the beginning of one or of something else, and a few bytes
	// more will tell, at most undecided of them.
	NotYet
	// Yes: a method, a space and the beginning of a target, and if the end of
	// the line is there as well, a version of HTTP/1 before it.
	Yes
)

const (
	longestMethod = 32
	longestScheme = 16
	blank         = 4 // as net/http leaves out after the body of a POST

	// undecided is how many bytes have a verdict other than NotYet.
	undecided = blank + longestMethod + longestScheme + 3
)

// LooksLikeRequest reports whether b begins an HTTP/1 request. 64 bytes are
// enough for a Yes or No; with fewer, such as "PO", it may be NotYet. It is No
// for a TLS record, the preface of HTTP/2 (PRI is a method for nothing else) and
// the frames of HTTP/2 and WebSocket. Up to four CR and LF may come first: old
// clients send them after a body, and they belong to no request.
func LooksLikeRequest(b []byte) Verdict {
	line := b[leading(b):]
	end := slices.IndexFunc(line, func(c byte) bool { return !inMethod(c) })
	switch {
	case end < 0 && len(line) <= longestMethod:
		return NotYet
	case end <= 0 || end > longestMethod || line[end] != ' ':
		return No
	}
	method, rest := string(line[:end]), line[end+1:]
	if method == "PRI" {
		return No
	}
	if rest, _, whole := bytes.Cut(rest, []byte("\n")); whole {
		target, version, _ := bytes.Cut(bytes.TrimSuffix(rest, []byte("\r")), []byte(" "))
		if len(version) != len("HTTP/1.1") || !bytes.HasPrefix(version, []byte("HTTP/1.")) {
			return No
		}
		return begins(method, append(slices.Clip(target), ' '))
	}
	return begins(method, rest)
}

// begins reports whether b begins a target (RFC 9112, section 3.2).
func begins(method string, b []byte) Verdict {
	switch {
	case len(b) == 0:
		return NotYet
	case b[0] <= ' ' || b[0] == 0x7f:
		return No
	case b[0] == '/' || method == "CONNECT":
		return Yes
	case b[0] == '*' && len(b) == 1:
		return NotYet
	case b[0] == '*' && b[1] == ' ':
		return Yes
	}
	for i, c := range b[:min(len(b), longestScheme+1)] {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return Yes
		default:
			return No
		}
	}
	if len(b) > longestScheme {
		return No
	}
	return NotYet
}

// leading counts the line ends before a request.
func leading(b []byte) int {
	n := 0
	for n < min(len(b), blank) && (b[n] == '\r' || b[n] == '\n') {
		n++
	}
	return n
}

// inMethod reports whether c may be part of a token (RFC 9110, section 5.6.2).
func inMethod(c byte) bool {
	switch {
	case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z':
		return true
	}
	return bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
}
