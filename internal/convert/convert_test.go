package convert

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ginreload/ginreload/internal/config"
)

var update = flag.Bool("update", false, "write the configurations that come out to testdata/cases")

// A case is an archive of what another tool was told, in a file of its name or
// as a command line, and the .air.toml that comes out.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := archive.Files[0]
			name := in.Name
			if name == "command" {
				name = ""
			}
			result, err := Read(name, in.Data, "./tmp/main")
			if err != nil {
				t.Fatal(err)
			}
			if tool, _, _ := strings.Cut(filepath.Base(file), "-"); !strings.EqualFold(result.Tool, tool) {
				t.Errorf("recognised as %s", result.Tool)
			}
			got := result.Settings.Text()
			loads(t, got)
			if *update {
				archive.Files = []txtar.File{in, {Name: ".air.toml", Data: got}}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if len(archive.Files) != 2 || string(got) != string(archive.Files[1].Data) {
				t.Errorf("go test ./internal/convert -update writes what came out:\n%s", got)
			}
		})
	}
}

// loads fails for a file that is not read without a complaint.
func loads(t *testing.T, text []byte) config.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".air.toml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if root := regexp.MustCompile(`(?m)^root = "(.*)"`).FindSubmatch(text); root != nil {
		if err := os.MkdirAll(filepath.Join(dir, string(root[1])), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c, _, err := config.Load(nil, func(string) string { return "" }, dir)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for _, w := range c.Warnings {
		t.Errorf("%s in\n%s", w, text)
	}
	return c
}

func TestWhatCannotBeConverted(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"README.md", "how to run this\n", "README.md: no configuration that init can convert"},
		{"", "npm run dev", "no configuration that init can convert"},
		{"", "modd -f other.conf", "modd is told what to do in a file"},
		{"Makefile", "dev:\n\tfresh\n", "Makefile: fresh is told what to do in a file"},
		{"", "wgo -nonsense go run .", "wgo: flag provided but not defined: -nonsense"},
		{"", "wgo -file .go", "there is no command in it"},
		{"modd.conf", "**/*.go {\n  prep: go build\n  restart: x\n}\n", "modd.conf:3: unknown directive restart"},
		{"modd.conf", "**/*.go {\n  prep: go build\n", "modd.conf:3: the block has no }"},
		{"modd.conf", "a {\n prep: \"x\n}\n", "modd.conf:2: a quote is not closed"},
		{"reflex.conf", "-r a -- b\n\n-r 'a -- b\n", "reflex.conf:3: a quote is not closed"},
		{"reflex.conf", "--nope -- b\n", "reflex.conf:1: unknown flag: --nope"},
		{"", "reflex -c reflex.conf", "what it is to do stands in reflex.conf: give that file to --from"},
	} {
		_, err := Read(tc.name, []byte(tc.text), "./tmp/main")
		var e *Error
		if !errors.As(err, &e) || err.Error() != tc.want {
			t.Errorf("%s %q: %v, want %s", tc.name, tc.text, err, tc.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimPrefix(archive.Files[0].Name, "command"), string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		result, err := Read(name, []byte(text), "./tmp/main")
		if err != nil {
			if e := (*Error)(nil); !errors.As(err, &e) || e.Message == "" {
				t.Errorf("%v is no *Error", err)
			}
			return
		}
		if result.Tool == "" || result.Settings.Cmd == "" {
			t.Errorf("nothing is built: %+v", result)
		}
		if _, err := regexp.Compile(strings.Join(result.Settings.ExcludeRegex, "|")); err != nil {
			t.Error(err)
		}
	})
}
