package relay

import (
	"io"
	"sync"
)

const (
	smallSize = 2 << 10  // more than most requests, and what each idle direction costs
	largeSize = 32 << 10 // as io.Copy
)

// buffer is what one direction reads into: small, until that was not enough.
type buffer struct {
	small [smallSize]byte
	large *[largeSize]byte
	spare *sync.Pool // of *[largeSize]byte
}

// read reads behind the bytes that are held.
func (b *buffer) read(r io.Reader, held int) ([]byte, error) {
	p := b.small[:]
	if b.large != nil {
		p = b.large[:]
	}
	n, err := r.Read(p[held:])
	return p[:held+n], err
}

// done says that p, which read had returned, is not needed any more.
func (b *buffer) done(p []byte) {
	switch {
	case b.large == nil && len(p) == smallSize:
		b.large = b.spare.Get().(*[largeSize]byte)
	case b.large != nil && len(p) < largeSize:
		b.release()
	}
}

// release gives the large buffer back.
func (b *buffer) release() {
	if b.large != nil {
		b.spare.Put(b.large)
		b.large = nil
	}
}
