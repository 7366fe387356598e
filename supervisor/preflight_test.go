//go:build linux

package supervisor

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// wholeBinary returns the bytes of a whole binary: of this test.
func wholeBinary(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// holding returns the path of an executable file with this content.
func holding(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app")
	if err := os.WriteFile(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// sectionless returns a program of one segment of that many bytes, all of which
// are there but for the missing ones. It has no sections, as packers leave it.
func sectionless(t *testing.T, size, missing int) []byte {
	t.Helper()
	h := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(machines[runtime.GOARCH]), Version: uint32(elf.EV_CURRENT),
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1,
	}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	var b bytes.Buffer
	p := elf.Prog64{Type: uint32(elf.PT_LOAD), Off: 120, Filesz: uint64(size)}
	if err := errors.Join(binary.Write(&b, binary.LittleEndian, h), binary.Write(&b, binary.LittleEndian, p)); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), make([]byte, size-missing)...)
}

func TestFitToRun(t *testing.T) {
	t.Parallel()
	whole := wholeBinary(t)
	changed := func(at int, to ...byte) []byte {
		return append(append(append([]byte(nil), whole[:at]...), to...), whole[at+len(to):]...)
	}
	const machine, class = 18, 4 // places in the header, elf(5)
	for _, c := range []struct {
		name string
		text []byte
		want string // "" for none
	}{
		{"whole", whole, ""},
		{"whole, and more", append(changed(0), "signature"...), ""},
		{"empty", nil, "incomplete: 0 of at least 1 bytes; is it still being copied?"},
		{"text", []byte("hello\n"), `it is no program: it begins with "hell"; is it the right file?`},
		{"a byte", []byte("\n"), `it is no program: it begins with "\n"`},
		{"a script", []byte("#!/bin/sh\n"), ""},
		{"the begin of a script", []byte("#!"), ""},
		{"half a magic number", whole[:2], "incomplete: 2 of at least 64 bytes"},
		{"a magic number", whole[:4], "incomplete: 4 of"},
		{"half a header", whole[:30], "incomplete: 30 of"},
		{"a header", whole[:64], "incomplete: 64 of"},
		{"a page", whole[:4096], "incomplete: 4096 of"},
		{"half", whole[:len(whole)/2], "incomplete: "},
		{"all but a byte", whole[:len(whole)-1], "incomplete: "},
		{"no sections", sectionless(t, 100, 0), ""},
		{"no sections, and the end of the last segment is missing", sectionless(t, 100, 1), "incomplete: 219 of at least 220 bytes"},
		{"a magic number and zeros", append([]byte("\x7fELF"), make([]byte, 1000)...), "it is no program: "},
		{"another class", changed(class, 9), "is it damaged?"},
		{"another machine", changed(machine, 8, 0), "it is built for EM_MIPS, and this machine is "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := holding(t, c.text)
			err := fitToRun(path, info(t, path))
			if c.want == "" && err != nil {
				t.Error(err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if missing := (incomplete{}); errors.As(err, &missing) && missing.have >= missing.want {
				t.Errorf("%d of %d bytes are all", missing.have, missing.want)
			}
		})
	}
}

func TestAwaitWholeSaysWhatStandsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, do func(path string) error) string {
		path := filepath.Join(dir, name)
		if err := do(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{put("link", func(path string) error { return os.Symlink(self, path) }), ""},
		{filepath.Join(dir, "missing"), "there is no such file; put the new version there"},
		{filepath.Join(dir, "missing", "app"), "there is no such file"},
		{put("loose", func(path string) error { return os.Symlink("nowhere", path) }), "there is no such file"},
		{put("round", func(path string) error { return os.Symlink("round", path) }), "too many levels of symbolic links"},
		{filepath.Join(self, "app"), "not a directory"},
		{put("folder", func(path string) error { return os.Mkdir(path, 0o700) }), "it is a folder"},
		{put("fifo", func(path string) error { return syscall.Mkfifo(path, 0o700) }), "it is no regular file (p"},
		{put("data", func(path string) error { return os.WriteFile(path, []byte("#!"), 0o600) }), "it is not executable for this user; chmod +x it"},
	} {
		err := awaitWhole(t.Context(), c.path)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", filepath.Base(c.path), err, c.want)
		}
	}
}

// root may do what these say, so they need another user.
func TestAwaitWholeSaysWhoMayNot(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may look into every folder")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	err := awaitWhole(t.Context(), filepath.Join(closed, "app"))
	if err == nil || !strings.Contains(err.Error(), "it cannot be reached") {
		t.Error(err)
	}
}

func TestAwaitWholeWaitsForACopy(t *testing.T) {
	t.Parallel()
	whole := wholeBinary(t)
	part := holding(t, whole)
	const soon = settled * 2 / 5 // so that no part is written in the moment of a look
	for _, c := range []struct {
		name string
		pace time.Duration // between two parts of the copy
		end  func(path string) error
		want string
	}{
		{"it goes on", soon, func(path string) error { return os.WriteFile(path, whole, 0o700) }, ""},
		{"it is slow", settled + 1, func(path string) error { return os.WriteFile(path, whole, 0o700) }, "incomplete: 100 of"},
		{"it stops", soon, func(string) error { return nil }, "incomplete: 400 of"},
		{"another one takes its place", soon, func(path string) error { return os.Rename(part, path) }, ""},
		{"it is removed", soon, os.Remove, "there is no such file"},
	} {
		path := holding(t, whole[:100])
		synctest.Test(t, func(t *testing.T) {
			written := make(chan error, 1)
			go func() {
				var err error
				for n := 200; n <= 400; n += 100 {
					<-time.After(c.pace)
					err = errors.Join(err, os.WriteFile(path, whole[:n], 0o700))
				}
				<-time.After(c.pace)
				written <- errors.Join(err, c.end(path))
			}()
			err := awaitWhole(t.Context(), path)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
			if err := <-written; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAwaitWholeIsCalledOff(t *testing.T) {
	t.Parallel()
	path := holding(t, nil)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(settled/2, func() { cancel(errCalledOff) })
		begun := time.Now()
		if err := awaitWhole(ctx, path); !errors.Is(err, errCalledOff) || time.Since(begun) != settled/2 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
