//go:build unix

package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"

	"github.com/ginreload/ginreload/internal/config"
)

func TestTheTerminalIsClearedBeforeEachRebuild(t *testing.T) {
	t.Parallel()
	const first, second = "▸ the program  (#1, pid 7) ready\r\n", "✔ reloaded  (#2)\r\n"
	for _, tc := range []struct {
		name string
		term string
		cfg  config.Config
		want string
	}{
		{"keeps what was scrolled", "xterm", config.Config{ClearOnRebuild: true, KeepScroll: true}, first + "\x1b[H\x1b[2J" + second},
		{"keeps nothing", "xterm", config.Config{ClearOnRebuild: true}, first + "\x1b[H\x1b[2J\x1b[3J" + second},
		{"not asked to", "xterm", config.Config{KeepScroll: true}, first + second},
		{"cannot", "dumb", config.Config{ClearOnRebuild: true}, first + second},
		{"json", "xterm", config.Config{ClearOnRebuild: true, JSON: true}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			master, slave, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer master.Close()
			in := Invocation{Env: []string{"LANG=C.UTF-8", "TERM=" + tc.term}, Stdout: create(t, "stdout"), Stderr: slave}
			none := ""
			tc.cfg.Banner, tc.cfg.Color = &none, "never"
			twoBuilds(in.sink(tc.cfg, &screen{}))
			io.WriteString(slave, "end")
			defer slave.Close()
			text := until(t, master, "end")
			want := tc.want
			if tc.term == "dumb" {
				want = strings.NewReplacer("▸", ">", "✔", "+").Replace(want)
			}
			if text != want {
				t.Errorf("%q, want %q", text, want)
			}
		})
	}
}

// until reads up to word, which it leaves out.
func until(t *testing.T, r io.Reader, word string) string {
	t.Helper()
	var text []byte
	buf := make([]byte, 1024)
	for !bytes.HasSuffix(text, []byte(word)) {
		n, err := r.Read(buf)
		text = append(text, buf[:n]...)
		if err != nil {
			t.Fatalf("after %q: %v", text, err)
		}
	}
	return strings.TrimSuffix(string(text), word)
}
