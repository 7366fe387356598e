package config

import (
	"go/build"
	"os"
	"path/filepath"
	"strings"
)

// The words after the flags. Air hands them all to the program; ginreload takes
// the first one for the main package when it can hardly be anything else, so
// that both `ginreload ./cmd/api` and `ginreload server --port 8080` work.

// splitOperands takes none of them for a package if a flag says what is built
// or run.
func splitOperands(line commandLine, dir string) (pkg string, args []string) {
	words := line.operands
	if line.program || len(words) == 0 || line.says(buildKeys...) || !mainPackage(words[0], dir) {
		return "", words
	}
	args = words[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	return words[0], args
}

func mainPackage(word, dir string) bool {
	if word == "." || word == ".." || strings.HasSuffix(word, ".go") {
		return true
	}
	info, err := os.Stat(absolute(dir, filepath.FromSlash(word)))
	isFile := err == nil && !info.IsDir()
	for _, prefix := range []string{"./", "../", "/", "." + string(filepath.Separator)} {
		if strings.HasPrefix(word, prefix) {
			return !isFile // ./config.yaml is for the program
		}
	}
	if filepath.IsAbs(word) {
		return !isFile
	}
	if err == nil && info.IsDir() {
		// `air server` starts the program with its subcommand server also when a
		// package of that name is around, so only a program counts. A file that
		// does not parse keeps its package clause, so the error is of no interest.
		pkg, _ := build.ImportDir(absolute(dir, filepath.FromSlash(word)), build.IgnoreVendor)
		return pkg.IsCommand()
	}
	return err != nil && importPath(word)
}

// importPath accepts example.com/shop/cmd/api: a host with a dot, a slash, and
// only what an import path may hold, which rules out URLs and host:port.
func importPath(word string) bool {
	host, rest, ok := strings.Cut(word, "/")
	if !ok || rest == "" || !strings.Contains(strings.Trim(host, "."), ".") || strings.HasPrefix(host, "-") {
		return false
	}
	for _, r := range word {
		if !strings.ContainsRune("-._~/+", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}
