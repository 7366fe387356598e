package builder

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"strings"
)

// A Go program carries a build ID of four parts, and the last is a hash of all
// the rest of the file without the ID. The first part is different for every
// edit in package main, be it in a comment, so that cmd/go links such a program
// again and its bytes differ although nothing that runs does ("Build IDs" in
// buildid.go of cmd/go, package work).

// sameContent tells whether two programs differ in nothing but their build IDs.
// It goes by the IDs; a file without one is like no other.
func sameContent(a, b string) bool {
	id := contentID(a)
	return id != "" && id == contentID(b)
}

func contentID(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	// cmd/go expects it there too.
	start, err := io.ReadAll(io.LimitReader(f, 32<<10))
	if err != nil {
		return ""
	}
	id := buildID(start)
	if strings.Count(id, "/") != 3 {
		return ""
	}
	return id[strings.LastIndexByte(id, '/')+1:]
}

// buildID finds the ID in the first bytes of a program: in a note of an ELF
// file, at the start of the code in others.
func buildID(start []byte) string {
	if !bytes.HasPrefix(start, []byte("\x7fELF")) {
		_, after, _ := bytes.Cut(start, []byte("\xff Go build ID: \""))
		id, _, _ := bytes.Cut(after, []byte("\"\n \xff"))
		return string(id)
	}
	// A note is: length of its name, length of its text, type, name, text.
	name := []byte("\x04\x00\x00\x00Go\x00\x00")
	i := bytes.Index(start, name)
	if i < 4 {
		return ""
	}
	length := binary.LittleEndian.Uint32(start[i-4:])
	text := start[i+len(name):]
	if uint64(length) > uint64(len(text)) {
		return ""
	}
	return string(text[:length])
}
