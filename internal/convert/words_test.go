package convert

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ line, want string }{ // words without quotes between |, segments with their end
		{`go run . -v`, "go|run|.|-v"},
		{`a 'b c'"d $e" f\ g`, "a|b cd $e|f g"},
		{"go build && ./x; y", "go|build&& ./x; y"},
		{`x 2>&1 & y`, "x|2>&1& y"},
		{"`go env GOPATH`/bin/gin -p $(cat port file)", "`go env GOPATH`/bin/gin|-p|$(cat port file)"},
		{"a \\\n  b", "a|b"},
		{`""`, ""},
		{`'open`, "error"},
	} {
		got := "error"
		if segments, err := lex(tc.line); err == nil {
			var all []string
			for _, s := range segments {
				all = append(all, strings.Join(texts(s.words), "|")+s.end)
			}
			got = strings.Join(all, " ")
		}
		if got != tc.want {
			t.Errorf("%q: %q, want %q", tc.line, got, tc.want)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, line := range []string{`a 'b c'"d $e" f\ g`, "x 2>&1 & y", "`a`$(b)\\", "a\\\n"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		segments, err := lex(line)
		if err != nil {
			return
		}
		for _, s := range segments {
			again, err := words(join(s.words))
			if err != nil || strings.Join(texts(again), "\n") != strings.Join(texts(s.words), "\n") {
				t.Errorf("%q: %q, and read again %q, %v", line, texts(s.words), texts(again), err)
			}
		}
		steps(line)
		unmake("\t" + line)
	})
}

func TestMakefile(t *testing.T) {
	t.Parallel()
	text := "APP ?= shop\nFLAGS := -tags $(TAGS) -o bin/$(APP)\nrun: $(APP)\n\t@reflex -r '\\.go$$' -- $(MAKE) $(FLAGS) $(shell pwd) ${HOME}\n"
	want := "\t@reflex -r '\\.go$' -- make -tags ${TAGS} -o bin/shop $(pwd) ${HOME}\n"
	if got := unmake(text); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := unmake("A = $(A)$(A)\n\tx $(A)\n"); len(got) > 1000 {
		t.Errorf("%d bytes", len(got))
	}
}
