package convert

import (
	"path"
	"slices"
	"strings"
)

// Command lines of the go command, as other tools are given them.

// built is a build that go run makes, and how its program is run.
type built struct {
	build, binary string // binary as it is called from dir
	dir           string
	args          []word
}

// goRun turns go run into the build that it makes.
func goRun(s step, dir, binary string) (built, bool) {
	if !s.is("go", "run") || strings.Contains(s.raw, "|") {
		return built{}, false
	}
	flags, rest := goFlags(s.words[2:])
	for i, f := range flags {
		if f.text == "-exec" || strings.HasPrefix(f.text, "-exec=") {
			return built{}, false
		}
		if f.text == "-C" && i+1 < len(flags) && dir == "" {
			dir = flags[i+1].text
			flags = slices.Delete(slices.Clone(flags), i, i+2)
			break
		}
	}
	if len(rest) == 0 {
		return built{}, false
	}
	n := 1
	for strings.HasSuffix(rest[0].text, ".go") && n < len(rest) && strings.HasSuffix(rest[n].text, ".go") {
		n++
	}
	b := built{binary: binary, dir: dir, args: rest[n:]}
	command := slices.Concat(s.set, []word{{"go", "go"}, {"build", "build"}})
	if dir != "" {
		up := upFrom(dir)
		if up == "" {
			return built{}, false
		}
		b.binary = up + strings.TrimPrefix(binary, "./")
		command = append(command, word{"-C", "-C"}, literal(dir))
	}
	command = slices.Concat(command, flags, []word{{"-o", "-o"}, literal(b.binary)}, rest[:n])
	b.build = join(command)
	return b, true
}

// upFrom is the way back from dir, "" if it is not known.
func upFrom(dir string) string {
	dir = path.Clean(dir)
	if path.IsAbs(dir) || dir == ".." || strings.HasPrefix(dir, "../") || strings.Contains(dir, "$") {
		return ""
	}
	if dir == "." {
		return "./"
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1)
}

// goFlags separates the flags of go build and go run from what follows.
func goFlags(list []word) (flags, rest []word) {
	for i := 0; i < len(list); i++ {
		text := list[i].text
		if text == "--" {
			return list[:i], list[i+1:]
		}
		if !strings.HasPrefix(text, "-") {
			return list[:i], list[i:]
		}
		if !strings.Contains(text, "=") && takesValue(strings.TrimLeft(text, "-")) {
			i++
		}
	}
	return list, nil
}

// takesValue knows the flags of `go help build` that have a word of their own.
func takesValue(flag string) bool {
	switch flag {
	case "C", "asmflags", "buildmode", "compiler", "covermode", "coverpkg", "exec", "gccgoflags", "gcflags", "installsuffix",
		"ldflags", "mod", "modfile", "o", "overlay", "p", "pgo", "pkgdir", "tags", "toolexec":
		return true
	}
	return false
}

// builds reports whether a step makes the program that another one runs, and
// returns the flags and packages of a go install.
func builds(b, run step) (pkgs []word, ok bool) {
	if len(run.words) == 0 || !b.is("go", "build") && !b.is("go", "install") {
		return nil, false
	}
	program := run.words[0].text
	flags, rest := goFlags(b.words[2:])
	out := ""
	for i, f := range flags {
		if name, value, _ := strings.Cut(f.text, "="); name == "-o" {
			if out = value; value == "" && i+1 < len(flags) {
				out = flags[i+1].text
			}
		}
	}
	name := strings.TrimSuffix(path.Base(program), ".exe")
	switch {
	case b.is("go", "install"):
		return b.words[2:], len(rest) == 1 && (path.Base(path.Clean(rest[0].text)) == name || rest[0].text == ".")
	case out != "" && (strings.HasSuffix(out, "/") || out == "."):
		return nil, path.Clean(path.Dir(program)) == path.Clean(out)
	case out != "":
		return nil, strings.TrimSuffix(path.Clean(out), ".exe") == strings.TrimSuffix(path.Clean(program), ".exe")
	case len(rest) == 0 || path.Clean(rest[0].text) == ".":
		return nil, strings.HasPrefix(program, "./")
	}
	made := path.Base(path.Clean(strings.TrimSuffix(rest[0].text, ".go")))
	return nil, strings.HasPrefix(program, "./") && made == name
}
