package watcher

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
)

const (
	// readers bounds how many files are read at once. Reading is mostly system
	// calls; more readers than this gain nothing on a warm cache.
	readers = 8
	// hashLimit is the size in bytes up to which a file is judged by its content.
	// No source file comes near it; a database or video that does is judged by
	// size and time, since reading it on every save would take longer than Quiet.
	hashLimit = 16 << 20
)

// fingerprint is what is remembered of a file. Two fingerprints of the same state
// other than unsure are equal exactly if nothing changed.
type fingerprint struct {
	state state
	size  int64
	sum   uint64 // of the content; of the target and the content behind it for a link; or the time
}

type state uint8

const (
	absent state = iota // nothing there that counts as a file
	unsure              // a file is there, but nobody looked inside: equal to nothing
	read                // sum is valid
	seen                // sum is the time of the last change: too large to read, or not readable
)

// fingerprints takes the fingerprint of each path, in order. When ctx ends, what
// has not been looked at is left unsure.
func fingerprints(ctx context.Context, seed maphash.Seed, paths []string) []fingerprint {
	prints := make([]fingerprint, len(paths))
	var next atomic.Int64
	readFiles := func() {
		r := reader{buf: make([]byte, 64<<10)}
		r.hash.SetSeed(seed)
		for {
			i := int(next.Add(1)) - 1
			if i >= len(paths) {
				return
			}
			if ctx.Err() != nil {
				prints[i].state = unsure
				continue
			}
			prints[i] = r.fingerprint(paths[i])
		}
	}
	var all sync.WaitGroup
	for range min(readers, len(paths)) {
		all.Go(readFiles)
	}
	all.Wait()
	return prints
}

// reader is the scratch space of one goroutine.
type reader struct {
	hash maphash.Hash
	buf  []byte
}

func (r *reader) fingerprint(path string) fingerprint {
	r.hash.Reset()
	info, err := os.Lstat(path)
	if err != nil {
		return fingerprint{}
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(path)
		if err != nil {
			return fingerprint{}
		}
		r.hash.WriteString(target)
		r.hash.WriteByte(0)
		if info, err = os.Stat(path); err != nil || !info.Mode().IsRegular() {
			// A link to nothing or to a folder is still a link.
			return fingerprint{state: read, sum: r.hash.Sum64()}
		}
	}
	if !info.Mode().IsRegular() {
		return fingerprint{}
	}
	if info.Size() > hashLimit {
		return stamp(info)
	}
	size, err := r.content(path, info.Size())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fingerprint{}
	case err != nil:
		return stamp(info)
	}
	return fingerprint{state: read, size: size, sum: r.hash.Sum64()}
}

func stamp(info fs.FileInfo) fingerprint {
	return fingerprint{state: seen, size: info.Size(), sum: uint64(info.ModTime().UnixNano())}
}

// content hashes up to size bytes. It does not look for the end of the file: one
// that grows meanwhile has an event to come, after which it is read again.
func (r *reader) content(path string, size int64) (n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for n < size {
		got, err := f.Read(r.buf)
		n += int64(got)
		r.hash.Write(r.buf[:got])
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
