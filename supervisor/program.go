package supervisor

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// Program is the binary that a process runs.
type Program struct {
	Path     string    `json:"path"`               // where the next upgrade takes it from
	Size     int64     `json:"size,omitempty"`     // of the file that runs, in bytes
	Modified time.Time `json:"modified,omitzero"`  // of the file that runs
	Replaced bool      `json:"replaced,omitempty"` // another file, or none, stands at Path now
	Package  string    `json:"package,omitempty"`  // main package
	Module   string    `json:"module,omitempty"`   // its version, "(devel)" for a build from a checkout
	Revision string    `json:"revision,omitempty"` // vcs.revision of the build
	Dirty    bool      `json:"dirty,omitempty"`    // vcs.modified: built with changes that were not committed
	Go       string    `json:"go"`                 // version of Go
}

// program is what is found out once, when the process is young: later the file
// may be another one.
type program struct {
	Program
	info os.FileInfo // nil if the file could not be looked at
}

func ownProgram() program {
	p := program{Program: Program{Go: runtime.Version()}}
	if info, ok := debug.ReadBuildInfo(); ok {
		p.Package, p.Module = info.Path, info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				p.Revision = s.Value
			case "vcs.modified":
				p.Dirty = s.Value == "true"
			}
		}
	}
	running, _ := os.Executable()
	if runtime.GOOS == "linux" {
		running = "/proc/self/exe" // leads to the file that runs, also when its name is gone
	}
	if info, err := os.Stat(running); err == nil {
		p.info, p.Size, p.Modified = info, info.Size(), info.ModTime()
	}
	return p
}

func (p program) status() Program {
	p.Path, _ = executable() // "" if it is not to be found in PATH any more
	now, err := os.Stat(p.Path)
	p.Replaced = p.info != nil && (err != nil || !os.SameFile(p.info, now))
	return p.Program
}
