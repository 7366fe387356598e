//go:build unix

package conformance

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

const goMod = "module example.com/shop\n\ngo 1.25\n"

// program is the source of a main package; the first word of text is what it
// answers, others say how it behaves.
func program(text string) string {
	return "package main\n\nfunc main() { witness(\"" + text + "\") }\n"
}

// command builds the program: with the witness command forge, which takes
// milliseconds, unless the case is about Go.
func (c Case) command() string {
	if c.golang {
		return "cmd = \"go build -o ./tmp/main .\""
	}
	return "cmd = \"forge ./tmp/main main.go\""
}

// configuration is the file of a case. What it does not say is said for it: how
// it is built and run, and a delay, which Air sleeps, that is short.
func (c Case) configuration() string {
	if c.config != "" {
		return c.config
	}
	build := c.build
	for _, byDefault := range []string{"delay = 50", "bin = \"./tmp/main\"", c.command()} {
		if key, _, _ := strings.Cut(byDefault, " "); !has(c.build, key) {
			build = byDefault + "\n" + build
		}
	}
	return c.top + "\n[build]\n" + build + "\n" + c.rest
}

func has(text, key string) bool {
	for line := range strings.Lines(text) {
		if name, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == key {
			return true
		}
	}
	return false
}

// layOut makes the project. A name that ends in / is a folder, a content that
// begins with "-> " a link; stub/NAME is a command in PATH.
func layOut(tb testing.TB, c Case) (dir string, err error) {
	top, err := os.MkdirTemp("", "conform")
	if err != nil {
		return "", err
	}
	tb.Cleanup(func() { os.RemoveAll(top) })
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return "", err
	}
	dir = filepath.Join(top, filepath.FromSlash(c.placed()))
	for _, folder := range []string{"home", "stub", "outside"} {
		if err := os.Mkdir(filepath.Join(top, folder), 0o755); err != nil {
			return "", err
		}
	}
	files := map[string]string{".air.toml": c.configuration(), "main.go": program("v1")}
	if c.golang {
		files["go.mod"], files["witness.go"] = goMod, witnessSource()
	}
	for name, text := range c.files {
		if _, twice := files[name]; twice && text == gone {
			delete(files, name)
			continue
		}
		if strings.HasPrefix(name, "stub/") {
			if err := put(filepath.Join(top, name), name, text); err != nil {
				return "", err
			}
			continue
		}
		files[name] = text
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := put(filepath.Join(dir, filepath.FromSlash(name)), name, files[name]); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// gone is the content of a file that every project has, but not this one.
const gone = "\x00gone"

func put(file, name, text string) error {
	if strings.HasSuffix(name, "/") {
		return os.MkdirAll(file, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if target, ok := strings.CutPrefix(text, "-> "); ok {
		return os.Symlink(target, file)
	}
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	return os.WriteFile(file, []byte(text), mode)
}

// environment is that of a tool in dir.
func (c Case) environment(dir, port, witness string) []string {
	top := dir[:len(dir)-len(filepath.FromSlash(c.placed()))-1]
	env := []string{
		"PATH=" + filepath.Join(top, "stub") + ":" + made.commands + ":" + os.Getenv("PATH"),
		"HOME=" + filepath.Join(top, "home"), "TMPDIR=" + filepath.Join(top, "outside"),
		"GOCACHE=" + cache(), "GOFLAGS=-mod=mod", "PORT=" + port, "WITNESS=" + witness, "WITNESS_PROGRAM=" + filepath.Join(made.dir, "witness"), "GOTOOLCHAIN=local",
		"XDG_CACHE_HOME=" + os.DevNull, // a case is over before smaller archives for the linker would pay
	}
	for _, pair := range c.env {
		env = append(env, strings.ReplaceAll(pair, "$DIR", dir))
	}
	return env
}

func (c Case) placed() string {
	if c.place == "" {
		return "shop"
	}
	return c.place
}

// cache is the build cache of whoever runs the tests, so that the standard
// library is not compiled anew.
func cache() string {
	if dir := os.Getenv("GOCACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return filepath.Join(made.dir, "cache")
	}
	return filepath.Join(dir, "go-build")
}

// freePort is one below those that the system gives to clients, so that no
// connection of these tests takes it meanwhile.
func freePort() (string, error) {
	for range 1000 {
		port := 12000 + (os.Getpid()*100+int(ports.Add(1)))%20000
		if ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return strconv.Itoa(port), ln.Close()
		}
	}
	return "", errors.New("no free port between 12000 and 32000")
}

var ports atomic.Int64

// witnessSource is the part of a program that no case changes.
func witnessSource() string {
	text, err := os.ReadFile("testdata/project/witness.go")
	if err != nil {
		panic(err)
	}
	return string(text)
}
