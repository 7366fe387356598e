//go:build unix

package builder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// told collects what is said while a build runs.
func (p *project) tell(told *[]builder.Diagnostic) {
	p.recipe.Diagnosed = func(found []builder.Diagnostic) { *told = append(*told, found...) }
}

// What is said early of a file that does not parse is what the build says in
// the end, word for word.
func TestSyntaxErrorsAreTheCompilers(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"empty":                "",
		"no package":           "pakage main\n",
		"import":               "package main\n\nimport fmt\n",
		"imports":              "package main\n\nimport foo bar\nimport \"a\nx\n",
		"open import":          "package main\n\nimport \"fmt\nfunc main() {}\n",
		"late import":          "package main\n\nfunc main() {}\n\nimport \"fmt\"\n",
		"brace":                "package main\n}\n",
		"end of file":          "package main\n\nfunc main() {\n\tx := 1\n",
		"argument list":        "package main\n\nfunc main() {\n\tprintln(\"a\"\n\tx := := 3\n}\n",
		"string":               "package main\n\nfunc main() {\n\tprintln(\"a)\n\tx := 3\n}\n",
		"literals":             "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println('ab', 08)\n\tx := 3\n}\n",
		"characters":           "package main\n\nfunc main() {\n\tprintln('ab', 0xg, @)\n}\n",
		"comment":              "package main\n\nfunc main() {\n\ta := 3 /* }\n",
		"first comment":        "package main /* \n\nfunc main() {}\n",
		"for":                  "package main\n\nfunc main() {\n\tfor i := 0; i < 3; i++\n\t{\n\t}\n}\n",
		"several":              "package main\n\nfunc a( {\n}\n\nfunc b) {\n}\n\nfunc main() {\n\tif {\n\t}\n}\n",
		"directive":            "package main\n\nfunc main() {\n//line gen.y:7\n\tx := := 3\n}\n",
		"not of this language": "package main\n\nfunc main() {\n\twhile true {\n\t}\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, source)
			var told []builder.Diagnostic
			p.tell(&told)
			b := p.builder()
			early := b.SyntaxErrors(filepath.Join(p.recipe.Dir, "main.go"))
			result, err := b.Build(t.Context())
			check(t, err)
			if name == "directive" {
				if len(early) != 0 {
					t.Errorf("%+v, of a file that nobody has changed", early)
				}
				return
			}
			if len(early) == 0 {
				t.Errorf("nothing was said early; the build says %+v", result.Diagnostics)
			}
			said := make(map[builder.Diagnostic]bool)
			for _, d := range result.Diagnostics {
				d.Package = ""
				said[d] = true
			}
			for _, d := range early {
				if d.Package = ""; !said[d] {
					t.Errorf("%+v; the build says %+v", d, result.Diagnostics)
				}
			}
		})
	}
}

// What cgo reads it says in words of its own.
func TestSyntaxErrorsAreThoseOfCgo(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n\n// int one() { return 1; }\nimport \"C\"\n\nfunc main() {\n\tprintln(C.one(), \"a\"\n\tx := := 3\n}\n")
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	b := p.builder()
	early := b.SyntaxErrors(filepath.Join(p.recipe.Dir, "main.go"))
	late := p.expect(b, builder.Failed).Diagnostics
	for i := range late {
		late[i].Package = ""
	}
	if len(early) == 0 || !slices.Equal(early, late) {
		t.Errorf("early %+v\nlate %+v", early, late)
	}
	p.recipe.Set = []string{"CGO_ENABLED=0"}
	if early := p.builder().SyntaxErrors(filepath.Join(p.recipe.Dir, "main.go")); len(early) > 0 {
		t.Errorf("without cgo the file is not built: %+v", early)
	}
}

// Nobody is alarmed by what is not built.
func TestOnlyWhatIsBuiltIsParsed(t *testing.T) {
	t.Parallel()
	const broken = "package p\n\nfunc {\n"
	for _, c := range []struct {
		file, start string
		packages    []string
		flags       []string
		member      func(string) bool
		want        bool
	}{
		{file: "a.go", want: true},
		{file: "a.go", packages: []string{"."}, want: true},
		{file: "a.go", packages: []string{"./cmd/api"}},
		{file: "cmd/api/a.go", packages: []string{"./cmd/api"}, want: true},
		{file: "cmd/api/a.go", packages: []string{"./cmd/api/"}, want: true},
		{file: "cmd/api/a.go", packages: []string{"example.com/app/cmd/api"}},
		{file: "cmd/api/a.go", packages: []string{"cmd/api"}},
		{file: "cmd/api/a.go", packages: []string{"cmd/api/a.go", "cmd/api/b.go"}, want: true},
		{file: "cmd/api/c.go", packages: []string{"cmd/api/a.go", "cmd/api/b.go"}},
		{file: "lib/a.go"},
		{file: "lib/a.go", member: func(file string) bool { return filepath.Base(file) == "a.go" }, want: true},
		{file: "lib/b.go", member: func(file string) bool { return filepath.Base(file) == "a.go" }},
		{file: "a_test.go"},
		{file: "_a.go"},
		{file: ".a.go"},
		{file: "a.txt"},
		{file: "a_plan9.go"},
		{file: "a.go", start: "//go:build never\n\n"},
		{file: "a.go", start: "//go:build one\n\n", flags: []string{"-tags", "one,two"}, want: true},
		{file: "a.go", start: "//go:build two\n\n", flags: []string{"-tags=one,two"}, want: true},
		{file: "a.go", start: "//go:build race\n\n", flags: []string{"-race"}, want: true},
		{file: "a.go", start: "//go:build race\n\n"},
		{file: "a.go", start: "//go:build go1.21\n\n", want: true},
		{file: "a.go", start: "//go:build go1.999\n\n"},
	} {
		t.Run(fmt.Sprint(c.file, c.start, c.packages, c.flags), func(t *testing.T) {
			t.Parallel()
			p := newProject(t, fmt.Sprintf(hello, "x"))
			p.write(c.file, c.start+broken)
			p.recipe.Packages, p.recipe.Flags, p.recipe.Member = c.packages, c.flags, c.member
			b, file := p.builder(), filepath.Join(p.recipe.Dir, c.file)
			got := b.IsMember(file) && len(b.SyntaxErrors(file)) > 0
			if got != c.want {
				t.Errorf("looked for errors: %v, want %v", got, c.want)
			}
		})
	}
}

// go build is still busy with one package when it has said what is wrong with another.
func TestErrorsAreToldAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	gate := filepath.Join(p.scratch, "gate")
	check(t, syscall.Mkfifo(gate, 0o600))
	p.write("bin/go", `#!/bin/sh
case $1 in
env) echo '{"GOFLAGS": ""}'; exit ;;
esac
printf '# example.com/a\na/a.go:1:2: undefined: x\n\thave y\n# example.com/b\n'
read open <`+gate+`
printf 'b/b.go:3: too\n'
printf 'a/a.go:1:2: undefined: x\n\thave y\n'
exit 1
`)
	p.recipe.Set = []string{"PATH=" + filepath.Join(p.recipe.Dir, "bin") + ":" + os.Getenv("PATH")}
	var told []string
	p.recipe.Diagnosed = func(found []builder.Diagnostic) {
		for _, d := range found {
			told = append(told, fmt.Sprint(d.Package, " ", d.File, " ", d.Line, " ", d.Message))
		}
		if len(told) == 1 {
			check(t, os.WriteFile(gate, []byte("open\n"), 0)) // as soon as it is read
		}
	}
	result := p.expect(p.builder(), builder.Failed)
	want := []string{"example.com/a a/a.go 1 undefined: x\n\thave y", "example.com/b b/b.go 3 too"}
	if !slices.Equal(told, want) || len(result.Diagnostics) != 3 {
		t.Errorf("told %q, in the end %+v", told, result.Diagnostics)
	}
}
