package direct

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// watch makes a file, or that there is none, a condition of the record. Its state
// is taken by lock.
func (r *Record) watch(paths ...string) {
	for _, path := range paths {
		if path != "" {
			r.guards[path] = digest{}
		}
	}
}

func (r *Record) guardModule(dir, module, gomod string) {
	for d := dir; len(d) >= len(module) && d != filepath.Dir(d); d = filepath.Dir(d) {
		r.watch(filepath.Join(d, "go.mod"))
	}
	if module == "" {
		return // vendored
	}
	r.watch(gomod, strings.TrimSuffix(gomod, ".mod")+".sum", filepath.Join(module, "vendor"), filepath.Join(module, "vendor", "modules.txt"))
}

func (r *Record) guardToolchain() {
	tools := r.goenv["GOTOOLDIR"]
	r.watch(r.request.Tool, filepath.Join(tools, "compile"), filepath.Join(tools, "link"), filepath.Join(r.goenv["GOROOT"], "VERSION"), r.goenv["GOENV"])
	if work := r.goenv["GOWORK"]; work != "" && work != "off" {
		r.watch(work, work+".sum")
		return
	}
	for d := r.request.Dir; ; d = filepath.Dir(d) {
		r.watch(filepath.Join(d, "go.work"), filepath.Join(d, "go.mod"))
		if d == filepath.Dir(d) {
			return
		}
	}
}

// lock takes the states that are to stay.
func (r *Record) lock() error {
	for path := range r.guards {
		state, err := r.disk.guard(path)
		if err != nil {
			return err
		}
		r.guards[path] = state
	}
	return nil
}

// current tells why the record does not hold any more; "" if it does.
func (r *Record) current(env []string) string {
	if !slices.Equal(durable(env), durable(r.request.Env)) {
		return "the environment has changed"
	}
	for path, state := range r.guards {
		if now, err := r.disk.guard(path); err != nil || now != state {
			return path + " has changed"
		}
	}
	for path, archive := range r.archives {
		if _, err := os.Stat(archive); archive != "" && err != nil {
			return "go's build cache has lost " + path
		}
	}
	return ""
}

// durable is the environment without what is different for each build.
func durable(env []string) []string {
	var kept []string
	for _, entry := range env {
		switch name, _, _ := strings.Cut(entry, "="); name {
		case "GOTMPDIR", "TMPDIR", "PWD", "GOMAXPROCS":
		default:
			kept = append(kept, entry)
		}
	}
	return kept
}
