package watcher

import (
	"encoding/binary"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lister lists folders. It does without package os, whose list is sorted, made of
// one allocation for each name and one for what else may be asked of it, and costs
// three system calls more.
type lister struct {
	buf   []byte
	names []byte
	ends  []int
	kinds []fs.FileMode
}

// list returns what is in a folder, in no order. Entries before an error are good.
// If dir is a link and follow is false, the error is ELOOP or ENOTDIR.
func (l *lister) list(dir string, follow bool) (entries []dirent, err error) {
	flags := unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC
	if !follow {
		flags |= unix.O_NOFOLLOW
	}
	fd, err := retry(func() (int, error) { return unix.Open(dir, flags, 0) })
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	defer unix.Close(fd)
	if l.buf == nil {
		l.buf = make([]byte, 32<<10)
	}
	l.names, l.ends, l.kinds = l.names[:0], l.ends[:0], l.kinds[:0]
	for {
		n, err := retry(func() (int, error) { return unix.Getdents(fd, l.buf) })
		if err != nil {
			return l.entries(dir), &os.PathError{Op: "getdents", Path: dir, Err: err}
		}
		if n <= 0 {
			return l.entries(dir), nil
		}
		l.parse(l.buf[:n])
	}
}

func retry(call func() (int, error)) (n int, err error) {
	for n, err = call(); err == unix.EINTR; {
		n, err = call()
	}
	return n, err
}

// parse takes what getdents64(2) has written.
func (l *lister) parse(buf []byte) {
	const length, kind, name = unsafe.Offsetof(unix.Dirent{}.Reclen), unsafe.Offsetof(unix.Dirent{}.Type), unsafe.Offsetof(unix.Dirent{}.Name)
	for len(buf) > int(name) {
		size := int(binary.NativeEndian.Uint16(buf[length:]))
		text := buf[name:size]
		for i, c := range text {
			if c == 0 {
				text = text[:i]
				break
			}
		}
		if s := string(text); s != "." && s != ".." {
			l.names = append(l.names, text...)
			l.ends = append(l.ends, len(l.names))
			l.kinds = append(l.kinds, kindOfEntry(buf[kind]))
		}
		buf = buf[size:]
	}
}

// entries cuts all names out of one string.
func (l *lister) entries(dir string) []dirent {
	all := string(l.names)
	entries := make([]dirent, 0, len(l.ends))
	start := 0
	for i, end := range l.ends {
		e := dirent{all[start:end], l.kinds[i]}
		start = end
		if e.kind == fs.ModeIrregular { // some file systems do not say
			is, err := glanceAtLink(join(dir, e.name))
			if err != nil {
				continue
			}
			e.kind = is.kind
		}
		entries = append(entries, e)
	}
	return entries
}

func kindOfEntry(kind byte) fs.FileMode {
	if kind == unix.DT_UNKNOWN {
		return fs.ModeIrregular
	}
	return kindOf(uint32(kind) << 12) // as in st_mode: <dirent.h>, DTTOIF
}
