package supervisortest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net"
	"time"
)

// What clients do slowly, so that an upgrade can fall into it. All of it pauses
// inside of an interface that has no context.

// pace is how an upload goes on its way.
type pace struct {
	count int
	pause time.Duration // before each piece but the first
}

const pieceSize = 4 << 10

// pieces is the body of an upload. It belongs to one request.
type pieces struct {
	pace
	sent int
	hash hash.Hash
}

func newPieces(p pace) *pieces {
	return &pieces{pace: p, hash: sha256.New()}
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.sent == p.count {
		return 0, io.EOF
	}
	if p.sent > 0 {
		time.Sleep(p.pause)
	}
	p.sent++
	b = b[:min(len(b), pieceSize)]
	rand.Read(b)
	p.hash.Write(b)
	return len(b), nil
}

func (p *pieces) Close() error { return nil }

// sum is that of what was read so far.
func (p *pieces) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// dribble writes one byte at a time.
type dribble struct {
	io.Writer
	pause time.Duration
}

func (d dribble) Write(b []byte) (int, error) {
	for i := range b {
		if n, err := d.Writer.Write(b[i : i+1]); err != nil {
			return i + n, err
		}
		time.Sleep(d.pause)
	}
	return len(b), nil
}

// lagging pauses before the second write, which in TLS comes after the
// ClientHello and the server's answer to it.
type lagging struct {
	net.Conn
	pause  time.Duration
	writes int
}

func (l *lagging) Write(b []byte) (int, error) {
	if l.writes++; l.writes == 2 {
		time.Sleep(l.pause)
	}
	return l.Conn.Write(b)
}
