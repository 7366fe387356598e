package builder_test

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

func TestParseGoRun(t *testing.T) {
	t.Parallel()
	words := func(w ...string) []string { return w }
	for _, c := range []struct {
		command              string
		flags, set, packages []string
		args                 []string
	}{
		{command: "go run .", packages: words(".")},
		{command: "go run main.go", packages: words("main.go")},
		{command: "go run main.go b.go serve x.go", packages: words("main.go", "b.go"), args: words("serve", "x.go")},
		{command: "go run ./cmd/api --port 80 -- -x", packages: words("./cmd/api"), args: words("--port", "80", "--", "-x")},
		{command: "go run -tags dev --race . a 'b c'", flags: words("-tags", "dev", "--race"), packages: words("."), args: words("a", "b c")},
		{command: "GIN_MODE=debug PORT='80' go run example.com/x", set: words("GIN_MODE=debug", "PORT=80"), packages: words("example.com/x")},
		{command: "go run -- . -v", packages: words("."), args: words("-v")},
		{command: "go run . .", packages: words("."), args: words(".")},
	} {
		r, args, ok := builder.ParseGoRun("/src", c.command)
		if !ok || r.Dir != "/src" || r.Output != "" || !slices.Equal(r.Flags, c.flags) || !slices.Equal(r.Set, c.set) ||
			!slices.Equal(r.Packages, c.packages) || !slices.Equal(args, c.args) {
			t.Errorf("%s: %v %+v %q", c.command, ok, r, args)
		}
	}
	for _, command := range []string{
		"go run", "go run -v", "go run $PKG", "go run *.go", "go run a@latest generate", "go run -exec sudo .", "go run -o x .",
		"go run -C sub .", "go run . | tee log", "go run . > log", "go run . &", "go run .; ls", "go build .", "go runs .", "go1.27rc2 run .",
		"cd x && go run .", "go run -- -x.go", "go run ''", "go run -n .",
	} {
		if r, args, ok := builder.ParseGoRun("/src", command); ok {
			t.Errorf("%q is taken for %+v %q", command, r, args)
		}
	}
}

// What ParseGoRun accepts, sh splits into the same words.
func FuzzParseGoRun(f *testing.F) {
	for _, seed := range []string{
		".", "main.go b.go c", "-tags x . -tags y", "-- . --", "'a b' \"c d\" e\\ f", "-race=false -v a.go -o x", "a#b ''", "-x -- --", "x.go -- y.go",
	} {
		f.Add(seed)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip(err)
	}
	cwd := f.TempDir()
	f.Fuzz(func(t *testing.T, rest string) {
		r, args, ok := builder.ParseGoRun("/src", "go run "+rest)
		if !ok {
			return
		}
		cmd := exec.Command(sh, "-c", "go() { printf '%s\\0' \"$@\"; }\ngo run "+rest)
		cmd.Dir, cmd.Env = cwd, []string{"PATH=/nonexistent"}
		output, err := cmd.Output()
		if err != nil {
			t.Fatalf("sh does not run %q: %v", rest, err)
		}
		got := strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")[1:]
		want := slices.Concat(r.Flags, r.Packages, args)
		dashed := slices.Concat(r.Flags, []string{"--"}, r.Packages, args)
		if !slices.Equal(got, want) && !slices.Equal(got, dashed) {
			t.Errorf("%q is %q for sh, and for us %+v %q", rest, got, r, args)
		}
	})
}

func TestSplitChain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command, first, last string
		must                 bool
	}{
		{"templ generate && go build -o ./tmp/main .", "templ generate", "go build -o ./tmp/main .", true},
		{"a && b -c 'd && e' && go run .", "a && b -c 'd && e'", "go run .", true},
		{"a; go run .", "a", "go run .", false},
		{"a\ngo run .\n", "a", "go run .", false},
		{"\n a\n\n\tgo run . \n", "a", "go run .", false},
		{"a &&\n go run . ;", "a &&", "go run .", true},
		{"mkdir -p x && [ -f x/y ] || echo z > x/y; go build", "mkdir -p x && [ -f x/y ] || echo z > x/y", "go build", false},
		{"a || b && go build", "a || b", "go build", true},
		{"a | b && A=b go build", "a | b", "A=b go build", true},
		{"A=b a $X && go build $Y", "A=b a $X", "go build $Y", true},
		{"nix run github:a-h/templ generate && go build", "nix run github:a-h/templ generate", "go build", true},
		{`echo "it's" a\;b && x`, `echo "it's" a\;b`, "x", true},
	} {
		first, last, ok := builder.SplitChain(c.command)
		if c.first == "a &&" { // the newline is blank there
			c.first = "a"
		}
		if !ok || first.Line != c.first || last != c.last || first.Must != c.must {
			t.Errorf("%q: %v %q %v %q", c.command, ok, first.Line, first.Must, last)
		}
	}
	for _, command := range []string{
		"", ";", "go build", "go build;", "a || go build", "a | go build", "a & go build", "a; b || c", "(a) && b", "{ a; } && b", "a `b` && c",
		"a $(b) && c", "cd x && go build", "A=b; go build", "export A=b && go run .", ". ./env && go run .", "if a; then b; fi; c", "a && b # c && d",
		"a <x && b", "a << x && b", "a 2>&1 && b", "a &&", "&& b", "a ;; b", "$A && b", "set -e; a; b", "a && exec b && c", "'cd' x && b",
		"A=b cd x && b", "\"a && b", "a '", "! a && b", "a && ; b", "time a && b", "a && && b",
	} {
		if first, last, ok := builder.SplitChain(command); ok {
			t.Errorf("%q is split into %+v and %q", command, first, last)
		}
	}
}

// Both parts, each in a shell of its own, do what the whole does in one.
func FuzzSplitChain(f *testing.F) {
	tokens := []string{
		"yes", "no", "go", " ", "&&", "||", ";", "\n", "|", "'", "\"", "\\", "V=1", "cd /", "$V", "x", "export", ">", "#", "!", "=", "(", ")", "&", "-",
	}
	for _, seed := range []string{
		"yes && go x", "no && go", "no ; go", "no || yes && go", "yes && no || go", "V=1 ; go", "V=1 yes && go", "yes | no && go\n", "export V=1 && go",
		"cd / && go", "no\n\ngo", "yes 'x && go' && go \"x\"", "yes\\ && go && yes",
	} {
		var script []byte
		for seed != "" {
			i := slices.IndexFunc(tokens, func(token string) bool { return strings.HasPrefix(seed, token) })
			script, seed = append(script, byte(i)), seed[len(tokens[i]):]
		}
		f.Add(script)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip(err)
	}
	cwd := f.TempDir()
	run := func(line string) (string, error) {
		cmd := exec.Command(sh, "-c", `go() { echo "go $# $* $PWD $V"; }; yes() { echo yes "$@" $V; }; no() { return 1; }`+"\n"+line)
		cmd.Dir, cmd.Env = cwd, []string{"PATH=/nonexistent", "V=0"}
		output, err := cmd.Output()
		return string(output), err
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		var line strings.Builder
		for _, b := range script {
			line.WriteString(tokens[int(b)%len(tokens)])
		}
		first, last, ok := builder.SplitChain(line.String())
		if !ok || strings.Contains(line.String(), ">") { // which would write somewhere
			return
		}
		whole, wholeErr := run(line.String())
		if exit := (*exec.ExitError)(nil); errors.As(wholeErr, &exit) && exit.ExitCode() == 2 {
			return // not to be understood, as a whole or later the last part: nothing is made
		}
		parts, err := run(first.Line)
		if err == nil || !first.Must {
			var more string
			more, err = run(last)
			parts += more
		}
		if whole != parts || fmt.Sprint(wholeErr) != fmt.Sprint(err) {
			t.Errorf("%q prints %q (%v), and in parts %q, %q: %q (%v)", line.String(), whole, wholeErr, first.Line, last, parts, err)
		}
	})
}
