package project

import (
	"context"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Found is what a first configuration depends on. Paths have slashes and are
// relative to Root, commands run in the folder that was looked at.
type Found struct {
	Package string   // main package as go build takes it, from that folder
	Root    string   // folder with all that it is made of, relative to that folder: ".", or "../.."
	Here    string   // that folder
	Needed  []string // modules below Root that it is made of, if these are not all

	EmbeddedExt  []string // extensions without the dot of what go:embed takes in
	EmbeddedFile []string // such files without an extension

	Templ, SQLC string // commands that generate Go files, "" without such sources
	Tailwind    Tailwind
	Foreign     []string // folders without Go files or embedded ones: those of a frontend
	Vendor      bool

	TmpUnignored bool // git would commit what is built
}

// Look finds out about the main package pkg, as seen from dir. What it cannot
// find out about is as if it were not there.
func Look(ctx context.Context, dir, pkg string, env []string) Found {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	own := ownPackages(ctx, dir, env, pkg)
	root := dir
	for _, p := range own {
		root = ancestor(root, p.module)
	}
	f := Found{Package: pkg, Root: relative(dir, root), Here: relative(root, dir)}
	f.Needed = needed(root, dir, own)
	var content []string // of the program, besides what the walk sees
	for _, p := range own {
		for _, file := range p.embedded {
			rel := relative(root, filepath.Join(p.dir, filepath.FromSlash(file)))
			content = append(content, rel)
			f.embed(rel)
		}
	}
	t := walk(dir)
	f.Vendor = t.vendor
	f.Foreign = foreign(f.Here, t, content)
	tools := tools(ctx, dir, env)
	if t.templ || uses(own, "github.com/a-h/templ") {
		f.Templ = tools.command("github.com/a-h/templ/cmd/templ", "templ generate")
	}
	if t.sqlc {
		f.SQLC = tools.command("github.com/sqlc-dev/sqlc/cmd/sqlc", "sqlc generate")
	}
	f.Tailwind = tailwind(dir, f.Here, t)
	f.TmpUnignored = unignored(ctx, dir, env)
	return f
}

func (f *Found) embed(file string) {
	ext := strings.TrimPrefix(path.Ext(file), ".")
	switch {
	case ext == "" && !slices.Contains(f.EmbeddedFile, file):
		f.EmbeddedFile = append(f.EmbeddedFile, file)
	case ext != "" && !slices.Contains(f.EmbeddedExt, ext):
		f.EmbeddedExt = append(f.EmbeddedExt, ext)
	}
}

// needed names the modules that are watched. All of Root is, if the program is
// made of the module there.
func needed(root, dir string, own []ownPackage) []string {
	if root == dir {
		return nil
	}
	var modules []string
	for _, p := range own {
		if rel := relative(root, p.module); !slices.Contains(modules, rel) {
			modules = append(modules, rel)
		}
	}
	if slices.Contains(modules, ".") {
		return nil
	}
	slices.Sort(modules)
	return modules
}

// unignored is false also where git does not know, or is not there.
func unignored(ctx context.Context, dir string, env []string) bool {
	cmd := exec.CommandContext(ctx, "git", "check-ignore", "-q", "tmp/main")
	cmd.Dir, cmd.Env = dir, env
	cmd.Run()
	return cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 1
}

func ancestor(a, b string) string {
	for !within(b, a) {
		a = filepath.Dir(a)
	}
	return a
}

func within(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err != nil || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func relative(base, path string) string {
	rel, err := filepath.Rel(base, path)
	if err != nil {
		return "."
	}
	return filepath.ToSlash(rel)
}
