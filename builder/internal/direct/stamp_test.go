package direct

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestFindID(t *testing.T) {
	t.Parallel()
	const window = 1 << 20
	id := []byte("0123456789/0123456789")
	for _, places := range [][]int{nil, {0}, {0, len(id)}, {5, window - 1}, {window - len(id)}, {window - 10, window + 11}, {window}, {2*window - 3, 3*window - len(id)}} {
		text := bytes.Repeat([]byte("0123456789"), 3*window/10+1)[:3*window]
		blank := bytes.Clone(text)
		var want []int64
		for _, at := range places {
			copy(text[at:], id)
			clear(blank[at : at+len(id)])
			want = append(want, int64(at))
		}
		const from, to = window - 50, window - 40
		clear(blank[from:to])
		got, sum, err := findID(bytes.NewReader(text), int64(len(text)), id, from, to)
		if err != nil || !reflect.DeepEqual(got, want) || sum != sha256.Sum256(blank) {
			t.Errorf("%v: found at %v, %v", places, got, err)
		}
	}
}

// The go command computes the last part of a build ID in the same way.
func TestContentID(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { println(1) }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "program")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, filepath.Join(dir, "main.go"))
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	note, err := f.Section(".note.go.buildid").Data()
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimRight(string(note[16:]), "\x00")
	content, err := stampProgram(program, id)
	if want := id[strings.LastIndexByte(id, '/')+1:]; err != nil || content != want || content == "" {
		t.Errorf("content is %q of %q, %v", content, id, err)
	}
	now, err := os.ReadFile(program)
	if err != nil || !bytes.Equal(now, text) {
		t.Errorf("the program has become another one: %v", err)
	}
}
