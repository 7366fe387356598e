package supervisortest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"
)

const (
	pieceCount = 8
	pieceSize  = 4 << 10
	piecePause = 25 * time.Millisecond
)

// pieces is the body of an upload. Each Read but the first pauses, so that the
// body is on its way for a while and an upgrade can fall into it. It belongs to
// one request.
type pieces struct {
	sent int
	hash hash.Hash
}

func newPieces() *pieces {
	return &pieces{hash: sha256.New()}
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.sent == pieceCount {
		return 0, io.EOF
	}
	if p.sent > 0 {
		time.Sleep(piecePause)
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
