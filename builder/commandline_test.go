package builder_test

import (
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

func TestParseGoBuild(t *testing.T) {
	t.Parallel()
	type recipe = builder.Recipe
	words := func(w ...string) []string { return w }
	for _, c := range []struct {
		command string
		want    recipe
	}{
		{"go build", recipe{}},
		{" go\tbuild . ", recipe{Packages: words(".")}},
		{"go build -o ./tmp/main .", recipe{Output: "/src/tmp/main", Packages: words(".")}},
		{"go build -o=/x/main ./cmd/api", recipe{Output: "/x/main", Packages: words("./cmd/api")}},
		{"go build --o tmp/a main.go b.go", recipe{Output: "/src/tmp/a", Packages: words("main.go", "b.go")}},
		{"go build -o a -o b", recipe{Output: "/src/b"}},
		{"CGO_ENABLED=0 GOFLAGS='-tags=a b' go build", recipe{Set: words("CGO_ENABLED=0", "GOFLAGS=-tags=a b")}},
		{`X="a b"c\ d go build`, recipe{Set: words("X=a bc d")}},
		{"go build -tags x ./...", recipe{Flags: words("-tags", "x"), Packages: words("./...")}},
		{"go build -tags=x ./...", recipe{Flags: words("-tags=x"), Packages: words("./...")}},
		{"go build --tags x --race", recipe{Flags: words("--tags", "x", "--race")}},
		{"go build -race=false -v .", recipe{Flags: words("-race=false", "-v"), Packages: words(".")}},
		{"go build -buildvcs=auto", recipe{Flags: words("-buildvcs=auto")}},
		{`go build -ldflags "-s -w -X 'main.v=1 2'"`, recipe{Flags: words("-ldflags", "-s -w -X 'main.v=1 2'")}},
		{`go build -gcflags='all=-N -l' -o "my app"`, recipe{Flags: words("-gcflags=all=-N -l"), Output: "/src/my app"}},
		{"go build -C sub -o bin/x .", recipe{Dir: "/src/sub", Output: "/src/sub/bin/x", Packages: words(".")}},
		{"go build -C /else", recipe{Dir: "/else"}},
		{"go build -- .", recipe{Packages: words(".")}},
		{"go build . -o x", recipe{Packages: words(".", "-o", "x")}},
		{`"go" 'build' "\a\"\\"`, recipe{Packages: words(`\a"\`)}},
		{"go build a#b a=b", recipe{Packages: words("a#b", "a=b")}},
	} {
		if c.want.Dir == "" {
			c.want.Dir = "/src"
		}
		got, ok := builder.ParseGoBuild("/src", c.command)
		if len(got.Packages) == 0 {
			got.Packages = nil
		}
		if !ok || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v %+v, want %+v", c.command, ok, got, c.want)
		}
	}
	for _, command := range []string{
		"", "go", "go run .", "go vet", "/usr/bin/go build", "gox build", "A=b", "make", `"A"=b go build`, "1A=b go build",
		"go build; ls", "go build && ls", "go build | cat", "go build > x", "go build <x", "(go build)", "go build $X", "go build `x`",
		`go build "$X"`, `go build "a` + "`b`" + `"`, "go build *.go", "go build a?b", "go build [ab]", "go build # note", "go build ~/x",
		"X=~ go build", "go build {a,b}", "! go build", "go build \n ls", "go build 'open", `go build "open`, `go build \`, "go build &",
		"go build -o", "go build -o bin/ .", "go build -n", "go build -json", "go build -nonsense", "go build ---v", "go build -=x",
		"go build -race=maybe", "go build -v -C sub", "go build -- -v", "go build -tags",
	} {
		if got, ok := builder.ParseGoBuild("/src", command); ok {
			t.Errorf("%q is taken for %+v", command, got)
		}
	}
}

// What ParseGoBuild accepts, sh splits into the same words.
func FuzzParseGoBuild(f *testing.F) {
	for _, seed := range []string{
		"go build -o x .", "A=b go build", "go build 'a b' \"c d\" e\\ f", "go build -ldflags \"-s -w\"", "go build \"a\\\nb\"",
		"go build -- x", "go build -tags -o -o y", "go build ''", "X='' go build '' \"\" a''b", "go build a#b", "go build \xff\x01",
	} {
		f.Add(seed)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip(err)
	}
	cwd := f.TempDir()
	f.Fuzz(func(t *testing.T, command string) {
		r, ok := builder.ParseGoBuild("/src", command)
		if !ok {
			if r, ok = builder.ParseGoBuild("/src", "go build "+command); !ok {
				return
			}
			command = "go build " + command
		}
		// With no PATH there is nothing that a mistake could run.
		cmd := exec.Command(sh, "-c", "go() { printf '%s\\0' \"$@\"; }\n"+command)
		cmd.Dir, cmd.Env = cwd, []string{"PATH=/nonexistent"}
		output, err := cmd.Output()
		if err != nil {
			t.Fatalf("sh does not run %q: %v", command, err)
		}
		words := strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
		if words[0] != "build" || !joins(words[1:], r) {
			t.Errorf("%q is %q for sh, and for us %+v", command, words, r)
		}
		if left, err := os.ReadDir(cwd); err != nil || len(left) > 0 {
			t.Errorf("%q wrote %v, %v", command, left, err)
		}
	})
}

// joins tells whether words are those of the recipe with -o and -C among them.
func joins(words []string, r builder.Recipe) bool {
	flags := r.Flags
	for len(words) > 0 {
		name, _, joined := strings.Cut(strings.TrimPrefix(words[0], "-"), "=")
		switch {
		case len(flags) > 0 && words[0] == flags[0]:
			words, flags = words[1:], flags[1:]
		case joined && words[0][0] == '-' && slices.Contains([]string{"o", "-o", "C", "-C"}, name):
			words = words[1:]
		case slices.Contains([]string{"-o", "--o", "-C", "--C"}, words[0]) && len(words) > 1:
			words = words[2:]
		case words[0] == "--":
			return len(flags) == 0 && slices.Equal(words[1:], r.Packages)
		default:
			return len(flags) == 0 && slices.Equal(words, r.Packages)
		}
	}
	return len(flags) == 0 && len(r.Packages) == 0
}
