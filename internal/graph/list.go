package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// listed is a package as go list tells of it.
type listed struct {
	ImportPath, Dir, Name, ForTest string
	Standard, DepOnly              bool
	Module                         *module
	ImportMap                      map[string]string
	Imports                        []string

	GoFiles, CgoFiles, CFiles, CXXFiles, MFiles, HFiles, FFiles, SFiles, SwigFiles, SwigCXXFiles, SysoFiles []string

	TestGoFiles, XTestGoFiles                            []string
	TestImports, XTestImports                            []string
	EmbedPatterns, TestEmbedPatterns, XTestEmbedPatterns []string
	EmbedFiles                                           []string
}

type module struct {
	Path, Dir, GoMod string
	Main             bool
}

// fields are those of listed. go list spares itself what is not asked for.
const fields = "ImportPath,Dir,Name,ForTest,Standard,DepOnly,Module,ImportMap,Imports," +
	"GoFiles,CgoFiles,CFiles,CXXFiles,MFiles,HFiles,FFiles,SFiles,SwigFiles,SwigCXXFiles,SysoFiles," +
	"TestGoFiles,XTestGoFiles,TestImports,XTestImports,EmbedPatterns,TestEmbedPatterns,XTestEmbedPatterns,EmbedFiles"

func (q Query) list(ctx context.Context, flags []string) ([]listed, error) {
	args := []string{"list", "-deps", "-json=" + fields}
	if q.Tests {
		args = append(args, "-test")
	}
	// With a profile, packages would be listed once more for each program.
	args = slices.Concat(args, flags, []string{"-pgo=off", "-buildvcs=false", "--"}, q.Packages)
	out, err := q.ask(ctx, args...)
	if err != nil {
		return nil, err
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list said: %w", err)
		}
		all = append(all, l)
	}
}

// ask runs the go command and returns what it prints.
func (q Query) ask(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, q.Tool, args...)
	// Without PWD, the folders would be named without the links of Dir.
	cmd.Dir, cmd.Env = q.Dir, append(slices.Clip(q.Env), "PWD="+q.Dir)
	cmd.WaitDelay = time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if said := strings.TrimSpace(stderr.String()); said != "" {
		return nil, fmt.Errorf("ask go %s what the program is made of: %s", args[0], said)
	}
	return nil, fmt.Errorf("ask go %s what the program is made of: %w", args[0], err)
}

// generated reports whether it is the program of a test, which go test writes.
func (l listed) generated() bool {
	return len(l.GoFiles) > 0 && filepath.IsAbs(l.GoFiles[0])
}

// imports are the import paths, without what they are compiled for.
func (l listed) imports() []string {
	var paths []string
	for _, path := range l.Imports {
		path, _, _ = strings.Cut(path, " [")
		paths = append(paths, path)
	}
	return paths
}

// files are those that are compiled, or change what is.
func (l listed) files(tests bool) map[string]Kind {
	files := make(map[string]Kind)
	for kind, lists := range map[Kind][][]string{
		GoFile: {l.GoFiles}, Cgo: {l.CgoFiles}, Header: {l.HFiles}, Assembly: {l.SFiles}, Object: {l.SysoFiles},
		Source: {l.CFiles, l.CXXFiles, l.MFiles, l.FFiles, l.SwigFiles, l.SwigCXXFiles},
	} {
		for _, name := range slices.Concat(lists...) {
			files[name] = kind
		}
	}
	if tests {
		for _, name := range slices.Concat(l.TestGoFiles, l.XTestGoFiles) {
			files[name] = Test
		}
	}
	return files
}

func (l listed) embeds(tests bool) []string {
	if tests {
		return slices.Concat(l.EmbedPatterns, l.TestEmbedPatterns, l.XTestEmbedPatterns)
	}
	return l.EmbedPatterns
}
