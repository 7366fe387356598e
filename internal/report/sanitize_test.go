package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestForeign(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, plain, colored string }{
		{"a\tb", "a\tb", "a\tb"},
		{"", "", ""},
		{"\x1b[1;31merror\x1b[0m: x", "error: x", "\x1b[1;31merror\x1b[0m: x\x1b[m"},
		{"\x1b[38:2::1:2:3mx", "x", "\x1b[38:2::1:2:3mx\x1b[m"},
		{"\x1b[2K\x1b[1A\x1b[?25lx\x1b7\x1b(B", "x", "x"},
		{"\x1b]8;;http://x\x1b\\link\x1b]8;;\a", "link", "link"},
		{"10 %\r\x1b[K100 %\r\n", "100 %", "100 %"},
		{"a\r\nb\n", "a\nb", "a\nb"},
		{"cut \x1b[3", "cut \uFFFD[3", "cut \uFFFD[3"},
		{"\u202egnp\xff", "\uFFFDgnp\uFFFD", "\uFFFDgnp\uFFFD"},
	} {
		if got := foreign(tc.text, false); got != tc.plain {
			t.Errorf("%q: %q, want %q", tc.text, got, tc.plain)
		}
		if got := foreign(tc.text, true); got != tc.colored {
			t.Errorf("%q in colour: %q, want %q", tc.text, got, tc.colored)
		}
	}
}

func FuzzForeign(f *testing.F) {
	for _, seed := range []string{"\x1b[31mred\x1b[0m", "\x1b]0;t\x1b\\", "a\rb\r\n", "\x1b[\x1b[m", "\x1bPq\x1b\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		colored := foreign(text, true)
		rest := colored
		for {
			before, after, found := strings.Cut(rest, "\x1b[")
			if strings.IndexFunc(before, func(r rune) bool { return r != '\n' && r != '\t' && hostile(r) }) >= 0 || !utf8.ValidString(before) {
				t.Fatalf("%q became %q", text, colored)
			}
			if !found {
				break
			}
			if rest = strings.TrimLeft(after, "0123456789;:"); !strings.HasPrefix(rest, "m") {
				t.Fatalf("%q became %q", text, colored)
			}
			rest = rest[1:]
		}
		if strings.Contains(colored, "\x1b") && !strings.HasSuffix(colored, unpainted) {
			t.Fatalf("%q became %q, which colours what comes next", text, colored)
		}
		if plain := foreign(text, false); plain != withoutColors(colored) {
			t.Fatalf("%q in colour is %q, and without it %q", text, colored, plain)
		}
	})
}
