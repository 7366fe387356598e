package doctor

import (
	"strings"
	"testing"
	"time"
)

// healthy is a machine on which all is well.
func healthy() Facts {
	return Facts{
		System: "linux",
		Go:     Go{Version: "go1.26.0", Root: "/usr/local/go", Compiler: "gcc", Found: true},
		Cache:  Disk{Path: "/home/ada/.cache/go-build", Free: 80 * gigabyte, FileSystem: FileSystem{Type: "ext4"}, Files: 6 * time.Millisecond},
		Link:   Link{Took: 740 * time.Millisecond, Linkers: []string{"mold", "gold"}},
		Config: Config{File: ".air.toml"},
		Root:   FileSystem{Type: "ext4"},
		Watch:  Watch{Folders: 214, Most: 65536, Used: 3120, MostInstances: 128, Watchers: 9},
		Ports:  []Port{{Number: 8080, Why: "PORT"}}, Debugger: "1.25.2",
		Editor:   Editor{Name: "vim", From: "EDITOR", Found: true},
		Terminal: Terminal{Is: true, Type: "xterm-256color", Color: true},
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	findings := Findings(healthy())
	if n := count(findings, OK); n != len(findings) || n != 12 || !Healthy(findings) {
		t.Errorf("%d of %d findings are ok:\n%s", n, len(findings), Text(findings, false))
	}
}

// Each fact that is not as it should be leads to one finding that is not ok, and
// with a warning or a problem comes what to do.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*Facts)
		area   string
		level  Level
		text   string // a part of it
	}{
		{func(f *Facts) { f.Go = Go{Err: "executable file not found in $PATH"} }, "toolchain", Problem, "cannot be used: executable file not found"},
		{func(f *Facts) { f.Go.Flags = "-mod=mod -race" }, "toolchain", Warning, "GOFLAGS has -race"},
		{func(f *Facts) { f.Go.Flags = "--a=true" }, "toolchain", Warning, "compiled anew by each build"},
		{func(f *Facts) { f.Cache.Err = "permission denied" }, "cache", Problem, "nothing can be written to GOCACHE"},
		{func(f *Facts) { f.Cache.Free = 20 * megabyte }, "cache", Problem, "has 20 MB left"},
		{func(f *Facts) { f.Cache.Free = gigabyte }, "cache", Warning, "has 1.0 GB left"},
		{func(f *Facts) { f.Cache.FileSystem = FileSystem{Type: "nfs", Polls: true} }, "cache", Warning, "is on nfs"},
		{func(f *Facts) { f.Cache.Files = 2 * time.Second }, "cache", Warning, "a hundred small files take 2.0 s"},
		{func(f *Facts) { f.Link.Took, f.Link.Err = 0, "no space left on device" }, "linker", Warning, "could not be built: no space left"},
		{func(f *Facts) { f.Link.Took = 8 * time.Second }, "linker", Warning, "takes 8.0 s"},
		{func(f *Facts) { f.Go.Compiler = "" }, "cgo", Note, "cgo is off"},
		{func(f *Facts) { f.Go.Found = false }, "cgo", Note, "no C compiler gcc"},
		{func(f *Facts) { f.Link.Linkers = nil }, "cgo", Note, "linked by the system's linker"},
		{func(f *Facts) { f.Link.Linkers = []string{"lld", "gold"} }, "cgo", Note, "of the fast linkers lld and gold"},
		{func(f *Facts) { f.Config = Config{File: ".air.toml", Errors: 2, Warnings: 1, First: "x"} }, "config", Problem, ".air.toml: 2 errors, x"},
		{func(f *Facts) { f.Config = Config{Warnings: 1, First: "x"} }, "config", Warning, "no .air.toml: 1 warning, x"},
		{func(f *Facts) { f.Config.Notes = 3 }, "config", Note, "3 notes"},
		{func(f *Facts) { f.Root = FileSystem{Type: "9p", Polls: true, Why: "the host"} }, "files", Note, "on 9p: the host, so files are looked at"},
		{func(f *Facts) { f.Watch.Polls = true }, "files", Note, "build.poll is on"},
		{func(f *Facts) { f.Watch.Used = 65500 }, "watches", Problem, "214 folders to watch, 65500 of 65536"},
		{func(f *Facts) { f.Watch.Used = 40000 }, "watches", Warning, "40000 of 65536"},
		{func(f *Facts) { f.Watch.Watchers = 128 }, "watches", Problem, "128 of 128 inotify instances"},
		{func(f *Facts) { f.Watch.Watchers = 100 }, "watches", Warning, "100 of 128 inotify instances"},
		{func(f *Facts) { f.Ports[0].Taken, f.Ports[0].Owner = true, "node (pid 7)" }, "port", Warning, "8080 (PORT) is held by node (pid 7)"},
		{func(f *Facts) { f.Ports[0].Taken = true }, "port", Warning, "held by another program"},
		{func(f *Facts) { f.Sockets = "refused" }, "sockets", Warning, "refused"},
		{func(f *Facts) { f.System, f.Sockets = "darwin", "needs Linux" }, "sockets", Note, "needs Linux"},
		{func(f *Facts) { f.Debugger = "" }, "debugger", Note, "not installed"},
		{func(f *Facts) { f.Editor = Editor{} }, "editor", Note, "neither VISUAL nor EDITOR"},
		{func(f *Facts) { f.Editor.Found = false }, "editor", Warning, "vim from EDITOR is not there"},
		{func(f *Facts) { f.Terminal.ASCII = true }, "terminal", Note, "plain ASCII"},
	} {
		f := healthy()
		c.change(&f)
		var odd []Finding
		for _, finding := range Findings(f) {
			if finding.Level != OK {
				odd = append(odd, finding)
			}
		}
		if len(odd) != 1 {
			t.Errorf("%s %q: %d findings that are not ok: %v", c.area, c.text, len(odd), odd)
			continue
		}
		if got := odd[0]; got.Area != c.area || got.Level != c.level || !strings.Contains(got.Text, c.text) {
			t.Errorf("got %+v, want %s of %s with %q", got, c.level, c.area, c.text)
		}
		if odd[0].Next == "" && (c.level == Warning || c.level == Problem) {
			t.Errorf("%s: nobody says what to do", odd[0].Text)
		}
		if Healthy(Findings(f)) != (c.level != Problem) {
			t.Errorf("%s: the exit code does not fit", c.text)
		}
	}
}

// What a system does not have is not spoken of.
func TestOtherSystems(t *testing.T) {
	t.Parallel()
	f := healthy()
	f.System, f.Watch, f.Root, f.Link.Linkers = "darwin", Watch{Folders: 3}, FileSystem{}, nil
	for _, finding := range Findings(f) {
		if finding.Level != OK || finding.Area == "watches" || finding.Area == "files" {
			t.Errorf("%+v", finding)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	f := healthy()
	f.Go.Flags, f.Debugger, f.Watch.Used = "-race", "", 65500
	findings := Findings(f)[:3]
	findings = append(findings, Finding{Area: "watches", Level: Problem, Text: "too few", Next: "raise it"}, Finding{Area: "debugger", Level: Note, Text: "none"})
	const want = `toolchain  + go1.26.0 in /usr/local/go
           ! GOFLAGS has -race: compiled code is slower, and linked longer
             -> take it out for development: go env -w GOFLAGS=…, or the variable where the shell sets it
cache      + /home/ada/.cache/go-build on ext4, 80.0 GB free
watches    x too few
             -> raise it
debugger   - none

1 problem, 1 warning, 1 note
`
	if got := Text(findings, true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	text, err := JSON(findings[1:2])
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"healthy": true`, `"area": "toolchain"`, `"level": "warning"`, `"next": "take it out`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
}
