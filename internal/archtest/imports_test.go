package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ginreload/ginreload"

// graph is who imports whom: a statement of policy. Each package may import the
// standard library and what stands here. To make a build pass, change the
// build; to change the design, change the line and the reason.
var graph = []struct {
	pkg, imports string
	why          string
}{
	{"internal/event", "",
		"everybody may publish events, so the package can know nobody"},
	{"watcher", "github.com/fsnotify/fsnotify golang.org/x/sys/unix golang.org/x/sys/windows",
		"it says what changed, whoever asks; what that means is decided elsewhere"},
	{"builder", "builder/internal/direct builder/internal/lean",
		"it makes a program out of sources with the go command; more than std is not needed for that"},
	{"builder/internal/direct", "builder/internal/lean",
		"it knows what the go command would do, and is given how to run a command"},
	{"builder/internal/lean", "",
		"it knows files of the toolchain, and nothing of what they are for"},
	{"supervisor", "github.com/cloudflare/tableflip github.com/coreos/go-systemd/v22/activation github.com/coreos/go-systemd/v22/daemon",
		"every module here becomes one of each program that embeds the library"},
	{"supervisor/supervisortest", "supervisor github.com/coder/websocket",
		"its clients know servers from outside only, so that they can load any; its handler asks the library for the drain, its fake stands in for it"},
	{"internal/proc", "golang.org/x/sys/unix",
		"it deals with processes, whatever they are for"},
	{"internal/command", "internal/proc",
		"it runs a line of the configuration, whoever wants that and whoever hears what it prints"},
	{"internal/service", "internal/event internal/proc",
		"it runs members beside each other; what a Go program needs besides is its member's business"},
	{"internal/manager", "",
		"it is the protocol between a service manager and a program, whoever plays the manager"},
	{"internal/project", "",
		"it asks the go command where the main package is"},
	{"internal/config", "github.com/pelletier/go-toml/v2 github.com/pelletier/go-toml/v2/unstable github.com/spf13/pflag",
		"it turns a file and a command line into a value; who acts on it is not its business"},
	{"internal/convert", "internal/config internal/project github.com/spf13/pflag",
		"it makes the settings that config writes out of what project has found, or another tool was told; reflex's flags are pflag's"},
	{"internal/suite", "internal/command internal/proc",
		"it runs go test, whoever wants to know what a change breaks"},
	{"internal/graph", "golang.org/x/mod/modfile",
		"it asks the go command what a program is made of, whoever wants to know that"},
	{"internal/inputs", "internal/event internal/graph",
		"it hears what happens and holds a graph; what a change leads to is decided elsewhere"},
	{"internal/gitignore", "github.com/bmatcuk/doublestar/v4",
		"it answers what git would; who asks is not its business"},
	{"internal/ignore", "internal/gitignore",
		"it says what cannot matter; configuration and import graph are functions that it is given"},
	{"internal/plan", "watcher",
		"it is pure: changes and rules in, a decision out"},
	{"internal/binary", "",
		"it reads a file, whoever wants to know what is in it"},
	{"internal/sockets", "internal/outage internal/proc internal/relay golang.org/x/net/bpf golang.org/x/sys/unix",
		"it sees system calls and sockets of processes, and not what they are for; ginreload decides elsewhere"},
	{"internal/app", "internal/binary internal/manager internal/outage internal/proc internal/sockets github.com/creack/pty golang.org/x/sys/unix",
		"it sees the program from outside as a process, and the library in it through NOTIFY_SOCKET alone"},
	{"internal/supervise", "internal/manager internal/proc golang.org/x/sys/unix",
		"it stays the parent of a program; everything that develops one is somebody else's"},
	{"internal/outage", "",
		"it answers on listeners that somebody else has, with what somebody else knows"},
	{"internal/relay", "",
		"it carries bytes between connections that it is given; who listens and who serves is its owner's business"},
	{"internal/loop", "watcher internal/plan internal/app internal/proc internal/event",
		"it decides; it knows the values of the stages, and neither flags nor terminals"},
	{"internal/report", "internal/event github.com/fatih/color",
		"a sink sees events only, so that whatever a user is shown is in the JSON as well"},
	{"internal/operator", "internal/binary",
		"it speaks to programs that run, whatever version of the library is in them, over their admin socket alone"},
	{"internal/cli", "watcher builder internal/plan internal/app internal/command internal/graph internal/inputs internal/proc internal/project internal/config internal/convert internal/doctor internal/event internal/gitignore internal/ignore internal/loop internal/operator internal/outage internal/report internal/service internal/sockets internal/suite internal/supervise github.com/joho/godotenv github.com/mattn/go-isatty",
		"it is the one place that knows all parts, and only connects them"},
	{"internal/doctor", "golang.org/x/sys/unix",
		"it is told of the project, and asks the machine through functions"},
	{"internal/conformance", "",
		"its tests treat ginreload as they treat Air: as a command, and as a reader of files"},
	{"internal/bench", "internal/bench/job internal/bench/markdown",
		"it measures ginreload as it measures others: as a command"},
	{"internal/bench/job", "",
		"it runs commands and reads /proc, whatever the commands are"},
	{"internal/bench/markdown", "",
		"it prints figures, whatever they are of"},
	{"internal/bench/targets", "internal/bench/job internal/bench/markdown",
		"it measures ginreload as a command, by what its events say and what the kernel says of its processes"},
	{"internal/bench/throughput", "supervisor",
		"it is a program that embeds the library, and the same one without it"},
	{"internal/chaos", "supervisor supervisor/supervisortest golang.org/x/sys/unix",
		"it is a program with the library and the one who hurts it; ginreload it knows as a command"},
	{"cmd/ginreload", "internal/cli",
		"main has the process: arguments, streams, signals, exit code"},
}

// only says who alone may import something, also when graph grows.
var only = []struct {
	imported  string // and everything below it
	importers string
	why       string
}{
	{"github.com/fatih/color", "internal/report",
		"colour is chosen in one place, so that NO_COLOR and --color hold everywhere"},
	{"github.com/fsnotify/fsnotify", "watcher",
		"raw events are never what happened; only watcher knows how to read them"},
	{"github.com/cloudflare/tableflip", "supervisor",
		"its pitfalls are dealt with in one place"},
	{"github.com/coreos/go-systemd", "supervisor",
		"ginreload is the service manager, not one of its services"},
	{"github.com/pelletier/go-toml", "internal/config",
		"one package knows the file, everybody else a Config"},
	{"github.com/bmatcuk/doublestar", "internal/gitignore",
		"patterns of the configuration are Air's, and not git's"},
	{"github.com/spf13/pflag", "internal/config internal/convert",
		"one package knows ginreload's flags, everybody else a Config; convert reads those of another tool"},
	{"github.com/joho/godotenv", "internal/cli",
		"whoever starts something is given an environment, and does not look for one"},
	{"github.com/creack/pty", "internal/app",
		"the program's output has one owner"},
	{module + "/internal/plan", "internal/loop internal/cli",
		"stages return values; what follows from them is decided behind them"},
	{module + "/internal/app", "internal/loop internal/cli",
		"stages return values; what follows from them is decided behind them"},
	{module + "/internal/loop", "internal/cli",
		"what decides is not at the disposal of what it decides about"},
	{module + "/internal/cli", "cmd/ginreload",
		"what connects the parts is not a part"},
	{module + "/supervisor", "internal/bench internal/bench/throughput internal/chaos supervisor/supervisortest",
		"ginreload has to work with the library that a program was built with, not with its own"},
}

// strangers know nothing of each other.
var strangers = []string{"watcher", "builder", "supervisor", "internal/proc"}

// pkg is a package with its imports beyond the standard library on all systems.
type pkg struct {
	path    string // below the module
	imports []string
}

func TestImports(t *testing.T) {
	t.Parallel()
	policy := make(map[string]int)
	for i, g := range graph {
		policy[g.pkg] = i
	}
	for _, p := range packages(t) {
		i, ok := policy[p.path]
		if !ok {
			t.Errorf("%s is not in the graph: say there what it may import, and why", p.path)
			continue
		}
		delete(policy, p.path)
		allowed := full(strings.Fields(graph[i].imports))
		for _, imported := range p.imports {
			if !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s: %s", p.path, imported, graph[i].why)
			}
		}
		for _, imported := range allowed {
			if !slices.Contains(p.imports, imported) {
				t.Errorf("%s does not import %s any more: take it out of the graph", p.path, imported)
			}
		}
	}
	for path := range policy {
		t.Errorf("%s is in the graph, but there is no such package", path)
	}
}

func TestOnlyTheseImport(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range p.imports {
			for _, o := range only {
				if within(imported, o.imported) && !slices.Contains(strings.Fields(o.importers), p.path) {
					t.Errorf("%s imports %s, which only %s may: %s", p.path, imported, o.importers, o.why)
				}
			}
		}
	}
}

func TestStagesAreStrangers(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !slices.Contains(strangers, p.path) {
			continue
		}
		for _, imported := range p.imports {
			if within(imported, module) && !within(imported, module+"/"+p.path) {
				t.Errorf("%s imports %s: each of %v can be read, tested and used without anything else of ginreload",
					p.path, imported, strangers)
			}
		}
	}
}

// The most valuable one: what a program gets into its module graph that embeds
// the library.
func TestModulesBehindTheLibrary(t *testing.T) {
	t.Parallel()
	found := make(map[string]bool)
	for _, system := range systems {
		for _, l := range list(t, system, "-deps", "./supervisor") {
			switch {
			case l.Standard:
			case l.Module.Path == module:
				found[l.ImportPath] = true
			default:
				found[l.Module.Path] = true
			}
		}
	}
	want := []string{module + "/supervisor", "github.com/cloudflare/tableflip", "github.com/coreos/go-systemd/v22"}
	for _, w := range want {
		if !found[w] {
			t.Errorf("supervisor does not need %s any more", w)
		}
		delete(found, w)
	}
	for path := range found {
		t.Errorf("supervisor needs %s: every module behind the library becomes one of each program that embeds it", path)
	}
}

// systems are those that go vet is run for; imports differ between them.
var systems = []string{"linux", "darwin", "windows"}

type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Module     struct{ Path string }
}

// list asks the go command. The result of a test is cached as long as the files
// are the same that the test itself has opened: those of TestSources.
func list(t *testing.T, system string, patterns ...string) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Standard,Imports,Module"}, patterns...)...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v\n%s", system, err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read what go list said: %v", err)
		}
		all = append(all, l)
	}
}

// packages returns those of the module, without this one.
func packages(t *testing.T) []pkg {
	t.Helper()
	imports := make(map[string][]string)
	for _, system := range systems {
		for _, l := range list(t, system, "./...") {
			path := strings.TrimPrefix(l.ImportPath, module+"/")
			if path == "internal/archtest" {
				continue
			}
			beyond := imports[path]
			for _, imported := range l.Imports {
				if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
					beyond = append(beyond, imported)
				}
			}
			imports[path] = beyond
		}
	}
	var all []pkg
	for path, beyond := range imports {
		slices.Sort(beyond)
		all = append(all, pkg{path, slices.Compact(beyond)})
	}
	slices.SortFunc(all, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	return all
}

// full makes import paths of what graph says.
func full(paths []string) []string {
	for i, p := range paths {
		if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
			paths[i] = module + "/" + p
		}
	}
	return paths
}

func within(path, parent string) bool { return path == parent || strings.HasPrefix(path, parent+"/") }

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(fmt.Errorf("find the module: %w", err))
	}
	return dir
}
