//go:build linux

package main

import (
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// What stands between two generations, and between net/http and the user.
func protocolFaults() []fault {
	return []fault{
		{number: 55, name: "a version that does not speak our protocol",
			inject: "the new binary uses bare tableflip (testdata/apps/recipe); and the other way round",
			pass:   "clean refusal: the old process serves on and says why", run: bareTableflip},
		{number: 56, name: "hooks of the user that panic",
			inject: "BaseContext, ConnContext and ConnState are set, the last panics",
			pass:   "all are called as before, a panic ends its connection only, upgrades go on", run: userHooks},
		{number: 57, name: "pipelining and 100-continue at the commit",
			inject: "3 pipelined requests behind a slow one; half a request; an upload that waits for 100 Continue; 5 upgrades among them",
			pass:   "all are answered in order on their connection, which stays", run: pipelining},
	}
}

// app builds a program of testdata/apps.
func (t *trial) app(name string) (path string) {
	path = filepath.Join(t.folder(), name)
	if out, err := buildApp(t.ctx, name, path); err != nil {
		t.failf("build %s: %w: %s", name, err, out)
	}
	return path
}

func bareTableflip(t *trial) string {
	s, path := t.ownBinary("ready=3s")
	recipe := t.app("recipe")
	t.must(exec.Command("mv", recipe, path).Run(), "install the other program")
	said := s.refuses(`upgrade`)

	// From tableflip to supervisor: PORT says where, the recipe listens there.
	other := t.prepare("nosocket")
	other.watch.noUnix = true
	path = filepath.Join(other.dir, "app")
	t.must(exec.Command("cp", t.app("recipe"), path).Run(), "install the other program")
	other.cmd.Path, other.cmd.Args = path, []string{path}
	other.launch()
	old := other.answers()
	t.copyBinary(path)
	t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
	other.expect(`not a ginreload supervisor; start the program afresh`)
	if pid := other.answers(); pid != old {
		t.failf("process %d serves, not %d", pid, old)
	}
	other.finished = true
	_, said, _ = strings.Cut(said, "error ")
	return fmt.Sprintf("refused both ways: %.120s", said)
}

func userHooks(t *trial) string {
	s := t.start("guard=20ms", "hooks")
	w := s.wire()
	defer w.close()
	for range 3 {
		w.send("GET /hook HTTP/1.1\r\nHost: x\r\n\r\n")
		if got, _ := w.answer(); got != "base conn" {
			t.failf("the hooks left %q", got)
		}
		s.replace()
	}
	s.behave("guard=20ms", "hooks", "panicky")
	s.replace()
	victim := s.wire()
	defer victim.close()
	victim.send(plainRequest)
	victim.answer()
	if n, _ := io.Copy(io.Discard, victim.br); n > 0 {
		t.failf("%d bytes after the panic", n)
	}
	s.behave("guard=20ms")
	s.replace()
	return "kept over 4 upgrades, 1 panic ended 1 connection"
}

func pipelining(t *trial) string {
	s := t.start("guard=20ms")
	for i := range 5 {
		slow := "GET /slow?ms=150 HTTP/1.1\r\nHost: x\r\n\r\n"
		whole, half, upload := s.wire(), s.wire(), s.wire()
		upload.send("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
		if line, err := upload.br.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
			t.failf("instead of 100 Continue: %q, %v", line, err)
		}
		upload.br.ReadString('\n')
		whole.send(slow + plainRequest + plainRequest + plainRequest)
		half.send(slow + plainRequest[:16])
		s.expect("slow began")
		s.expect("slow began")
		old := s.answers()
		s.upgrade()
		half.send(plainRequest[16:])
		upload.send("hi")
		for range 4 {
			whole.answer()
		}
		for range 2 {
			half.answer()
		}
		if got, _ := upload.answer(); !strings.HasPrefix(got, "2 ") {
			t.failf("upgrade %d: the upload was answered by %s", i, got)
		}
		s.gone(old, patience)
		for _, w := range []*wire{whole, half, upload} {
			w.says(fmt.Sprint("generation ", i+2))
			w.close()
		}
	}
	return "5 × 7 requests answered in order, no connection closed"
}
