package lean

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrUnknown says that an archive is not of the form that is known.
var ErrUnknown = errors.New("unknown form of archive")

const (
	archiveMagic = "!<arch>\n"
	headerSize   = 60
	exportName   = "__.PKGDEF"
)

// Shrink writes the archive to w without export data and DWARF. An error is
// ErrUnknown, or of w; what was written by then is of no use.
func Shrink(w io.Writer, archive []byte) error {
	rest, ok := bytes.CutPrefix(archive, []byte(archiveMagic))
	if !ok {
		return fmt.Errorf("%w: it does not begin as one", ErrUnknown)
	}
	if _, err := io.WriteString(w, archiveMagic); err != nil {
		return err
	}
	for len(rest) > 0 {
		m, after, err := cutMember(rest)
		if err != nil {
			return err
		}
		rest = after
		if m.name == exportName {
			continue
		}
		if err := m.write(w); err != nil {
			return err
		}
	}
	return nil
}

// A member is a file in an archive.
type member struct {
	name   string
	header []byte
	data   []byte
}

// cutMember takes the first member off. Each begins at an even offset.
func cutMember(text []byte) (m member, rest []byte, err error) {
	if len(text) < headerSize || string(text[headerSize-2:headerSize]) != "`\n" {
		return member{}, nil, fmt.Errorf("%w: a member does not begin as one", ErrUnknown)
	}
	m = member{name: strings.TrimRight(string(text[:16]), " "), header: text[:headerSize]}
	size, err := strconv.Atoi(strings.TrimRight(string(text[48:58]), " "))
	text = text[headerSize:]
	if err != nil || size < 0 || size > len(text) {
		return member{}, nil, fmt.Errorf("%w: member %s has no size", ErrUnknown, m.name)
	}
	m.data, rest = text[:size], text[size:]
	if size%2 == 1 && len(rest) > 0 {
		rest = rest[1:]
	}
	return m, rest, nil
}

// endOfText separates the lines that begin an object file from the rest.
const endOfText = "\n!\n"

func (m member) write(w io.Writer) error {
	parts := [][]byte{m.data}
	if bytes.HasPrefix(m.data, []byte("go object ")) {
		at := bytes.Index(m.data, []byte(endOfText))
		if at < 0 {
			return fmt.Errorf("%w: object file %s has no beginning", ErrUnknown, m.name)
		}
		at += len(endOfText)
		smaller, err := shrinkObject(m.data[at:])
		if err != nil {
			return fmt.Errorf("object file %s: %w", m.name, err)
		}
		parts = append([][]byte{m.data[:at]}, smaller...)
	}
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	header := bytes.Clone(m.header)
	copy(header[48:58], fmt.Sprintf("%-10d", size))
	if size%2 == 1 {
		parts = append(parts, []byte{0})
	}
	for _, part := range append([][]byte{header}, parts...) {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
