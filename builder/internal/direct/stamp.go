package direct

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// The build ID of a program has four parts of the same length. The linker is
// given one whose last part is the first again; the go command replaces it by a
// hash of the file in which the ID, and the note that GNU tools look at, are zeros
// (FindAndHash in cmd/internal/buildid). The same is done here, so that the last
// parts of two programs are the same if and only if the programs are.

// shortened is a digest as it stands in a build ID.
func shortened(d digest) string { return base64.RawURLEncoding.EncodeToString(d[:15]) }

// stampProgram completes the build ID of an ELF file and returns its last part.
func stampProgram(path, id string) (content string, err error) {
	if id == "" {
		return "", errors.New("write the build ID: there is none")
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("look at the new program: %w", err)
	}
	from, to, err := gnuNote(f)
	if err != nil {
		return "", fmt.Errorf("read the new program: %w", err)
	}
	places, sum, err := findID(f, info.Size(), []byte(id), from, to)
	if err != nil {
		return "", fmt.Errorf("read the new program: %w", err)
	}
	content = shortened(sum)
	whole := id[:strings.LastIndexByte(id, '/')+1] + content
	for _, at := range places {
		if _, err := f.WriteAt([]byte(whole), at); err != nil {
			return "", fmt.Errorf("write the build ID: %w", err)
		}
	}
	return content, nil
}

// gnuNote is where the description of that note lies, if there is one.
func gnuNote(r io.ReaderAt) (from, to int64, err error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return 0, 0, err
	}
	if s := f.Section(".note.gnu.build-id"); s != nil {
		// Lengths, type and name come before it.
		return int64(s.Offset) + 16, int64(s.Offset + s.Size), nil
	}
	return 0, 0, nil
}

// findID returns the places of id in r, which has a size, and the hash of r with
// zeros there and in the range.
func findID(r io.ReaderAt, size int64, id []byte, from, to int64) ([]int64, digest, error) {
	const window = 1 << 20
	var places []int64
	h, zeros := sha256.New(), make([]byte, len(id))
	buf := make([]byte, window+len(id)-1)
	pos := 0 // what belongs to an ID that began in the window before is done
	for at := int64(0); at < size; at += window {
		n, err := r.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return nil, digest{}, err
		}
		part := buf[:n]
		clearRange(part, at, from, to)
		mine := min(n, window)
		for pos < mine {
			// The part is longer than the window, for an ID that ends in the next.
			i := bytes.Index(part[pos:], id)
			if i < 0 || pos+i >= mine {
				h.Write(part[pos:mine])
				pos = mine
				break
			}
			h.Write(part[pos : pos+i])
			h.Write(zeros)
			places = append(places, at+int64(pos+i))
			pos += i + len(id)
		}
		pos -= mine
	}
	return places, digest(h.Sum(nil)), nil
}

// clearRange sets to zero what of part, which begins at at, lies in the range.
func clearRange(part []byte, at, from, to int64) {
	a, b := max(from-at, 0), min(to-at, int64(len(part)))
	if a < b {
		clear(part[a:b])
	}
}
