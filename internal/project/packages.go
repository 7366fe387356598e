package project

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
)

// ownPackage is a package whose sources are the user's: of the main module, of
// the workspace, or of a folder that a replace directive names.
type ownPackage struct {
	dir, module string   // folders, links resolved
	embedded    []string // relative to dir
	imports     []string
}

type listedPackage struct {
	Dir        string
	EmbedFiles []string
	Imports    []string
	Module     *struct {
		Dir     string
		Main    bool
		Replace *struct{ Version string }
	}
}

// ownPackages lists those that pkg is made of. A module that has not been
// downloaded yet is no reason to wait for it: it is not the user's.
func ownPackages(ctx context.Context, dir string, env []string, pkg string) []ownPackage {
	if pkg == "" {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-json=Dir,EmbedFiles,Imports,Module", pkg)
	cmd.Dir, cmd.Env = dir, append(slices.Clip(env), "GOPROXY=off")
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var own []ownPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := dec.Decode(&p); err == io.EOF {
			return own
		} else if err != nil {
			return nil
		}
		m := p.Module
		if m == nil || p.Dir == "" || m.Dir == "" || !m.Main && (m.Replace == nil || m.Replace.Version != "") {
			continue
		}
		own = append(own, ownPackage{resolved(p.Dir), resolved(m.Dir), p.EmbedFiles, p.Imports})
	}
}

func resolved(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

func uses(own []ownPackage, path string) bool {
	return slices.ContainsFunc(own, func(p ownPackage) bool { return slices.Contains(p.imports, path) })
}

// toolset is what the tool directives of go.mod name.
type toolset []string

func tools(ctx context.Context, dir string, env []string) toolset {
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-json")
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var mod struct{ Tool []struct{ Path string } }
	if json.Unmarshal(out, &mod) != nil {
		return nil
	}
	var t toolset
	for _, tool := range mod.Tool {
		t = append(t, tool.Path)
	}
	return t
}

// command runs the version of a tool that go.mod asks for, if it does.
func (t toolset) command(path, line string) string {
	if slices.Contains(t, path) {
		return "go tool " + line
	}
	return line
}
