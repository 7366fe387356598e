// Package binary tells what a Go program was built with by looking at its file.
//
// It runs nothing, and it cannot tell what the program does with what it embeds.
package binary

import (
	"bytes"
	"debug/buildinfo"
	"io"
	"os"
	"runtime/debug"
	"slices"
)

// supervisorMark is the name of a function that every program has which runs a
// supervisor. The linker keeps names for stack traces even under -s -w, so the
// binary itself says what it imports, and unlike go list it does so at once.
const supervisorMark = "github.com/ginreload/ginreload/supervisor.(*Supervisor).Run"

// module is the one that the package is in; a binary lists the modules of its
// packages, so most need not be searched.
const module = "github.com/ginreload/ginreload"

// EmbedsSupervisor reports whether the program at path embeds package
// supervisor. A file that cannot be read embeds nothing.
func EmbedsSupervisor(path string) bool {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return false
	}
	made := slices.ContainsFunc(info.Deps, func(m *debug.Module) bool { return m.Path == module })
	return (made || info.Main.Path == module) && contains(path, []byte(supervisorMark))
}

// contains reports whether mark is in the file.
func contains(path string, mark []byte) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	buf := make([]byte, 1<<20)
	kept := 0
	for {
		n, err := f.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], mark) {
			return true
		}
		if err == io.EOF || (err != nil && n == 0) {
			return false
		}
		// The mark may lie across two reads.
		tail := min(kept+n, len(mark)-1)
		copy(buf, buf[kept+n-tail:kept+n])
		kept = tail
	}
}
