package supervisortest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// A download is sealed: its last 64 bytes are the SHA-256 of those before them,
// in lower case hexadecimal. A header could not carry it, since the body is
// made while it is sent, and not every framework has trailers.

var errBroken = errors.New("the body does not end with its SHA-256")

// unseal reads r to its end. It returns errBroken if the sum is another one,
// and what Read returns.
func unseal(r io.Reader) error {
	sum := sha256.New()
	var held []byte // may be the seal
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		held = append(held, buf[:n]...)
		if over := len(held) - hex.EncodedLen(sha256.Size); over > 0 {
			sum.Write(held[:over])
			held = append(held[:0], held[over:]...)
		}
		switch want := hex.EncodeToString(sum.Sum(nil)); {
		case err == io.EOF && string(held) != want:
			return fmt.Errorf("%w: %s, but %q", errBroken, want, held)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// sealer writes through to w, and adds the seal when asked.
type sealer struct {
	w   io.Writer
	sum hash.Hash
}

func (s sealer) Write(b []byte) (int, error) {
	s.sum.Write(b)
	return s.w.Write(b)
}

func (s sealer) seal() error {
	_, err := io.WriteString(s.w, hex.EncodeToString(s.sum.Sum(nil)))
	return err
}
