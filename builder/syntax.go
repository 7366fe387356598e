package builder

import (
	"context"
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// Whether a file parses is known long before go build says so, which first looks
// at all packages. It says it in the words of whatever reads the file first: of
// go list for the header, of cgo, or of the compiler, and so do we, since nobody
// should read of one mistake in two wordings. go/parser, which is at hand, has
// the words of the first two, and the compiler itself takes some 20 ms for one
// file; it is asked only when there is a mistake.

// manyFiles is how many changed files are more than somebody has edited.
const manyFiles = 20

// parse looks at changed files before the build, which would only be in the way: a
// file that is in order takes a millisecond, and one that is not lets no build succeed.
func (b *Builder) parse(ctx context.Context, env []string, changed []string) {
	if b.recipe.Diagnosed == nil || b.recipe.Shell != "" || b.recipe.Nothing || len(changed) > manyFiles {
		return
	}
	for _, file := range changed {
		if ctx.Err() == nil && b.member(file) {
			b.early.say(b.syntaxErrors(ctx, env, file))
		}
	}
}

// syntaxErrors is nil as well if it is not certain that go build will say so.
func (b *Builder) syntaxErrors(ctx context.Context, env []string, file string) []Diagnostic {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	files := token.NewFileSet()
	parsed, err := goparser.ParseFile(files, file, source, goparser.ParseComments|goparser.SkipObjectResolution)
	var mistakes scanner.ErrorList
	if !errors.As(err, &mistakes) {
		return nil
	}
	settings, err := b.goenv(ctx, env)
	if err != nil || settings.GOTOOLDIR == "" || !b.fits(settings, file) {
		return nil
	}
	header, err := goparser.ParseFile(files, file, source, goparser.ImportsOnly|goparser.ParseComments)
	var first scanner.ErrorList
	switch {
	case errors.As(err, &first):
		return b.wordsOfParser(first[:1])
	case !importsC(header):
		return b.wordsOfCompiler(ctx, env, filepath.Join(settings.GOTOOLDIR, "compile"), file, mistakes)
	case settings.CGO_ENABLED == "1" && parsed != nil:
		return b.wordsOfParser(mistakes)
	}
	return nil
}

func importsC(file *ast.File) bool {
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` {
			return true
		}
	}
	return false
}

func (b *Builder) wordsOfParser(mistakes scanner.ErrorList) []Diagnostic {
	var found []Diagnostic
	for _, m := range mistakes {
		found = append(found, Diagnostic{File: b.shortPath(m.Pos.Filename), Line: m.Pos.Line, Column: m.Pos.Column, Message: m.Msg, Count: 1})
	}
	return found
}

// wordsOfCompiler has the compiler compile the file alone. If that cannot be
// parsed, nothing is done with it but that. A literal that is no number leaves
// the file parsable, though, and then more is said, of which without the other
// files and the packages that it imports most is wrong; what is said of the
// same lines as by the parser is not.
func (b *Builder) wordsOfCompiler(ctx context.Context, env []string, tool, file string, mistakes scanner.ErrorList) []Diagnostic {
	work, err := os.MkdirTemp(b.scratch, workPrefix)
	if err != nil {
		return nil
	}
	defer os.RemoveAll(work)
	// It removes its output if there is an error, be that a device.
	ran, err := b.command(ctx, env, nil, tool, "-p", "main", "-o", filepath.Join(work, "object"), file)
	if err != nil || ctx.Err() != nil {
		return nil
	}
	lines := make(map[int]bool)
	for _, m := range mistakes {
		lines[m.Pos.Line] = true
	}
	said := ParseDiagnostics(ran.output)
	unparsable := false
	for _, d := range said {
		unparsable = unparsable || strings.HasPrefix(d.Message, "syntax error: ")
	}
	var found []Diagnostic
	for _, d := range said {
		if d.File == file && (unparsable || lines[d.Line]) {
			d.File = b.shortPath(d.File)
			found = append(found, d)
		}
	}
	return found
}

// shortPath is how cmd/go prints the path of a file (base.ShortPath).
func (b *Builder) shortPath(path string) string {
	if rel, err := filepath.Rel(b.recipe.Dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
