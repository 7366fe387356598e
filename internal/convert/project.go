package convert

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/project"
)

// Project makes settings for what was found. binary is where the program is
// built, "./tmp/main".
func Project(f project.Found, binary string) config.Settings {
	pkg := f.Package
	if pkg == "" {
		pkg = "."
	}
	output := binary
	if f.Root != "." {
		// Air rewrites a cmd that is just its default when tmp_dir is not.
		output = strings.TrimPrefix(binary, "./")
	}
	d := &draft{}
	d.Settings = config.Settings{
		Cmd:           join([]word{{"go", "go"}, {"build", "build"}, {"-o", "-o"}, literal(output), literal(pkg)}),
		Entrypoint:    []string{local(path.Join(f.Here, binary))},
		IncludeExt:    []string{"go", "tpl", "tmpl", "html"},
		IncludeDir:    f.Needed,
		ExcludeDir:    []string{path.Join(f.Here, "tmp")},
		ExcludeRegex:  []string{`_test\.go$`},
		SendInterrupt: true,
		KillDelay:     4 * time.Second,
	}
	d.explain("build.include_ext", "a change of these files builds anew")
	d.explain("build.exclude_dir", "exact, relative to root")
	d.explain("build.send_interrupt", "let the program finish what it is doing")
	d.explain("build.kill_delay", "and how long it may take")
	if f.Root != "." {
		d.Root, d.TmpDir = f.Root, path.Join(f.Here, "tmp")
		d.explain("root", "has all modules that the program is made of; commands run where ginreload is started")
		d.explain("build.entrypoint", "relative to root")
	}
	if f.Vendor {
		d.ExcludeDir = append(d.ExcludeDir, path.Join(f.Here, "vendor"))
	}
	d.ExcludeDir = append(d.ExcludeDir, f.Foreign...)
	d.IncludeExt = add(d.IncludeExt, f.EmbeddedExt...)
	d.IncludeFile = f.EmbeddedFile
	d.generators(f)
	return d.Settings
}

// generators come before the build. sqlc runs for its own files alone, unless
// these are embedded too: a rule takes the place of the build.
func (d *draft) generators(f project.Found) {
	if f.Templ != "" {
		d.PreCmd = append(d.PreCmd, f.Templ)
		d.IncludeExt = add(d.IncludeExt, "templ")
		d.ExcludeRegex = append(d.ExcludeRegex, `_templ\.go$`)
	}
	switch {
	case f.SQLC == "":
	case slices.Contains(d.IncludeExt, "sql"):
		d.PreCmd = append(d.PreCmd, f.SQLC)
	default:
		d.Rules = []config.Rule{{Name: "sqlc", Cmd: f.SQLC, IncludeExt: []string{"sql"}}}
		d.explain("build.rules.cmd", "the Go files that it changes start a build")
	}
	if f.Tailwind.Command == "" {
		return
	}
	d.PreCmd = append(d.PreCmd, f.Tailwind.Command)
	d.IncludeExt = add(d.IncludeExt, "css")
	if f.Tailwind.Output != "" {
		d.ExcludeFile = []string{f.Tailwind.Output}
		d.explain("build.exclude_file", "what Tailwind writes")
	}
}

// Summary names what was found besides the main package, for people.
func Summary(f project.Found) string {
	var all []string
	note := func(found bool, what string) {
		if found {
			all = append(all, what)
		}
	}
	note(len(f.EmbeddedExt)+len(f.EmbeddedFile) > 0, "embedded files")
	note(f.Templ != "", "templ")
	note(f.SQLC != "", "sqlc")
	note(f.Tailwind.Command != "", "Tailwind")
	note(f.Root != ".", "sources outside of this folder")
	note(len(f.Foreign) > 0, strings.Join(f.Foreign, ", ")+" (not watched)")
	return strings.Join(all, ", ")
}
