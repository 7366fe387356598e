package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// Project is what whoever calls Gather knows.
type Project struct {
	Dir, Root string // where commands run, what is watched
	Folders   int    // that are watched
	Polls     bool   // by the configuration
	Config    Config
	Ports     []Port // by Number and Why
	Terminal  Terminal
}

// Gather finds out the rest. It builds a small server twice, which takes some
// seconds; ctx bounds it.
func Gather(ctx context.Context, m Machine, p Project) Facts {
	f := Facts{System: m.System, Config: p.Config, Terminal: p.Terminal, Root: m.FileSystem(p.Root)}
	f.Watch = Watch{Folders: p.Folders, Polls: p.Polls, Most: m.Limit("max_user_watches"), MostInstances: m.Limit("max_user_instances")}
	f.Watch.Used, f.Watch.Watchers = m.Inotify()
	for _, port := range p.Ports {
		if port.Taken = m.Taken(port.Number); port.Taken {
			port.Owner = m.Owner(port.Number)
		}
		f.Ports = append(f.Ports, port)
	}
	if err := m.Sockets(); err != nil {
		f.Sockets = err.Error()
	}
	f.Editor = m.editor()
	f.Debugger = m.debugger(ctx)
	m.toolchain(ctx, p.Dir, &f)
	return f
}

func (m Machine) variable(name string) string {
	value := ""
	for _, entry := range m.Env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}

func (m Machine) toolchain(ctx context.Context, dir string, f *Facts) {
	var env struct{ GOVERSION, GOROOT, GOFLAGS, GOCACHE, CC, CGO_ENABLED string }
	out, err := m.Output(ctx, dir, m.Env, "go", "env", "-json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &env)
	}
	if err != nil {
		f.Go.Err = err.Error()
		return
	}
	f.Go = Go{Version: env.GOVERSION, Root: env.GOROOT, Flags: env.GOFLAGS}
	if words := strings.Fields(env.CC); env.CGO_ENABLED == "1" && len(words) > 0 {
		_, err := m.Look(words[0])
		f.Go.Compiler, f.Go.Found = words[0], err == nil
	} else if env.CGO_ENABLED != "1" && m.variable("CGO_ENABLED") != "0" {
		// The go command turns cgo off by itself where it finds no compiler.
		f.Go.Compiler = cmp.Or(env.CC, "gcc")
	}
	for _, name := range []string{"mold", "ld.lld", "ld.gold"} {
		if _, err := m.Look(name); err == nil {
			f.Link.Linkers = append(f.Link.Linkers, strings.TrimPrefix(name, "ld."))
		}
	}
	f.Cache = m.cache(env.GOCACHE)
	if f.Cache.Err == "" {
		f.Link.Took, err = m.link(ctx)
		if err != nil {
			f.Link.Err = err.Error()
		}
	}
}

func (m Machine) cache(folder string) Disk {
	d := Disk{Path: folder, FileSystem: m.FileSystem(folder), Free: m.Free(folder)}
	if folder == "off" || folder == "" {
		return Disk{}
	}
	var err error
	if d.Files, err = hundred(folder); err != nil {
		d.Err = err.Error()
	}
	return d
}

func (m Machine) debugger(ctx context.Context) string {
	out, err := m.Output(ctx, os.TempDir(), m.Env, "dlv", "version")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(out) {
		if version, ok := strings.CutPrefix(line, "Version:"); ok {
			return strings.TrimSpace(version)
		}
	}
	return "of an unknown version"
}

func (m Machine) editor() Editor {
	for _, from := range []string{"VISUAL", "EDITOR"} {
		if words := strings.Fields(m.variable(from)); len(words) > 0 {
			_, err := m.Look(words[0])
			return Editor{Name: filepath.Base(words[0]), From: from, Found: err == nil}
		}
	}
	return Editor{}
}
