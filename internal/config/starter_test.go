package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestStarterLoadsWithoutAWarning(t *testing.T) {
	t.Parallel()
	tests := []struct {
		project  Project
		cmd, bin string
	}{
		{Project{}, "go build -o ./tmp/main .", "tmp/main"},
		{Project{Package: "./cmd/api", Suffix: ".exe"}, "go build -o ./tmp/main.exe ./cmd/api", "tmp/main.exe"},
		{Project{Package: "./my \"cmd\"\\'s\x01/é"}, "go build -o ./tmp/main './my \"cmd\"\\'\\''s\x01/é'", "tmp/main"},
	}
	for _, tc := range tests {
		c := loadText(t, string(Starter(tc.project)))
		if len(c.Warnings) != 0 {
			t.Errorf("%+v: %q", tc.project, messages(c))
		}
		if c.Cmd != tc.cmd {
			t.Errorf("cmd %q, want %q", c.Cmd, tc.cmd)
		}
		if want := filepath.Join(c.Root, filepath.FromSlash(tc.bin)); len(c.Entrypoint) != 1 || c.Entrypoint[0] != want {
			t.Errorf("entrypoint %q, want %q", c.Entrypoint, want)
		}
		if ok, _ := c.Relevant("a_test.go"); ok || !c.SendInterrupt {
			t.Errorf("%+v", c)
		}
	}
}

func TestWriteInitDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"new/": "", "old/.air.toml": "mine", "config/.config/air.toml": "mine"})
	file, err := WriteInit(filepath.Join(dir, "new"), Project{})
	if err != nil || file != filepath.Join(dir, "new", ".air.toml") {
		t.Fatalf("%s, %v", file, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != string(Starter(Project{})) {
		t.Errorf("%v, wrote %s", err, text)
	}
	for _, folder := range []string{"new", "old", "config"} {
		_, err := WriteInit(filepath.Join(dir, folder), Project{})
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, fs.ErrExist) || e.Hint == "" {
			t.Errorf("%s: %v, want an error that the file exists", folder, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "old", ".air.toml")); err != nil || string(text) != "mine" {
		t.Errorf("%v, overwrote with %s", err, text)
	}
	if _, err := WriteInit(filepath.Join(dir, "gone"), Project{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder that is missing: %v", err)
	}
}
