package app

import (
	"bytes"
	"io"
	"os"
)

// supervisorMark is the name of a function that every program has which runs a
// supervisor. The linker keeps names for stack traces even under -s -w, so the
// binary itself says what it imports, and unlike go list it does so at once.
const supervisorMark = "github.com/ginreload/ginreload/supervisor.(*Supervisor).Run"

// embedsSupervisor reports whether the binary embeds package supervisor.
func embedsSupervisor(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	mark := []byte(supervisorMark)
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
