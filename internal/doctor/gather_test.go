package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// fake is a machine with a toolchain, an editor and a port that is taken.
func fake(t *testing.T) Machine {
	goCache := t.TempDir()
	return Machine{
		System: "linux",
		Env:    []string{"EDITOR=nano", "EDITOR=/opt/bin/code --wait"},
		Look: func(program string) (string, error) {
			if slices.Contains([]string{"/opt/bin/code", "ld.lld", "cc"}, program) {
				return program, nil
			}
			return "", errors.New("not found")
		},
		Output: func(_ context.Context, _ string, _ []string, program string, args ...string) (string, error) {
			switch {
			case program == "dlv":
				return "Delve Debugger\nVersion: 1.25.2\nBuild: x", nil
			case args[0] == "env":
				return `{"GOVERSION":"go1.26.0","GOROOT":"/go","GOFLAGS":"-race","GOCACHE":"` + goCache + `","CC":"cc -m64","CGO_ENABLED":"1"}`, nil
			}
			return "", nil
		},
		Limit:      func(name string) int { return map[string]int{"max_user_watches": 100, "max_user_instances": 10}[name] },
		Inotify:    func() (int, int) { return 40, 4 },
		Free:       func(string) uint64 { return gigabyte },
		FileSystem: func(folder string) FileSystem { return FileSystem{Type: "of " + folder} },
		Taken:      func(port int) bool { return port == 80 },
		Owner:      func(int) string { return "nginx (pid 1)" },
		Sockets:    func() error { return errors.New("refused") },
	}
}

func TestGather(t *testing.T) {
	t.Parallel()
	f := Gather(t.Context(), fake(t), Project{Root: "/src", Folders: 7, Ports: []Port{{Number: 80}, {Number: 81}}})
	if want := (Go{Version: "go1.26.0", Root: "/go", Flags: "-race", Compiler: "cc", Found: true}); f.Go != want {
		t.Errorf("the toolchain is %+v", f.Go)
	}
	if f.Cache.Err != "" || f.Cache.Files == 0 || f.Cache.Free != gigabyte || f.Cache.Type != "of "+f.Cache.Path {
		t.Errorf("the cache is %+v", f.Cache)
	}
	if f.Link.Took == 0 || strings.Join(f.Link.Linkers, " ") != "lld" {
		t.Errorf("the linker is %+v", f.Link)
	}
	if want := (Watch{Folders: 7, Most: 100, Used: 40, MostInstances: 10, Watchers: 4}); f.Watch != want {
		t.Errorf("the watches are %+v", f.Watch)
	}
	if want := []Port{{Number: 80, Taken: true, Owner: "nginx (pid 1)"}, {Number: 81}}; !slices.Equal(f.Ports, want) {
		t.Errorf("the ports are %+v", f.Ports)
	}
	if want := (Editor{"code", "EDITOR", true}); f.Editor != want {
		t.Errorf("the editor is %+v", f.Editor)
	}
	if f.Root.Type != "of /src" || f.Sockets != "refused" || f.Debugger != "1.25.2" {
		t.Errorf("root %+v, sockets %q, debugger %q", f.Root, f.Sockets, f.Debugger)
	}
}

// Without a toolchain the rest is there all the same.
func TestGatherWithoutGo(t *testing.T) {
	t.Parallel()
	m := fake(t)
	m.Output = func(context.Context, string, []string, string, ...string) (string, error) {
		return "", errors.New("no such program")
	}
	f := Gather(t.Context(), m, Project{Root: "/src"})
	if f.Go.Err != "no such program" || f.Cache.Path != "" || f.Debugger != "" || f.Watch.Most != 100 {
		t.Errorf("%+v", f)
	}
	if Healthy(Findings(f)) {
		t.Error("no problem without Go")
	}
}

// A folder that is no folder cannot be a cache, and the error does not name it twice.
func TestHundred(t *testing.T) {
	t.Parallel()
	if took, err := hundred(t.TempDir()); err != nil || took <= 0 {
		t.Errorf("%v, %v", took, err)
	}
	if _, err := hundred("/dev/null/cache"); err == nil || strings.Contains(err.Error(), "/dev/null") {
		t.Errorf("the error is %v", err)
	}
}
