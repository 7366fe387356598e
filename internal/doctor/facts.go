package doctor

import "time"

// Facts are what is known of the machine and the project.
type Facts struct {
	System string // as GOOS

	Go     Go
	Cache  Disk
	Link   Link
	Config Config
	Root   FileSystem
	Watch  Watch
	Ports  []Port

	Sockets  string // why listening sockets cannot be kept, "" if they can
	Debugger string // what dlv calls itself, "" without one
	Editor   Editor
	Terminal Terminal
}

// Go is the toolchain.
type Go struct {
	Err      string // why there is none
	Version  string // "go1.26.0"
	Root     string
	Flags    string // GOFLAGS
	Compiler string // of C, as it is called; "" with cgo off
	Found    bool   // Compiler is there
}

// Disk is where a folder lies.
type Disk struct {
	Path string
	Err  string // why nothing can be written there
	Free uint64 // bytes; 0 for not known
	FileSystem
	Files time.Duration // how long a hundred small files take
}

// FileSystem is what is known of the one that a folder lies on.
type FileSystem struct {
	Type  string // "ext4"; "" for not known
	Polls bool   // the watcher has to look again and again
	Why   string // it has to
}

// Link is how long it takes to build and link a small server after a changed line.
type Link struct {
	Took    time.Duration
	Err     string
	Linkers []string // for cgo programs, the fastest first: of mold, lld and gold those that are there
}

// Config is what check finds, in short.
type Config struct {
	File                    string // "" for none
	Errors, Warnings, Notes int
	First                   string // the worst of it
}

// Watch is about the limits of inotify. Where they do not exist, Most is 0.
type Watch struct {
	Folders                 int  // that are to be watched
	Most, Used              int  // watches of this user
	MostInstances, Watchers int  // inotify instances of this user
	Polls                   bool // by the configuration
}

// Port is one that the program is going to want.
type Port struct {
	Number int
	Why    string // somebody thinks so: "PORT", "proxy.app_port"
	Taken  bool
	Owner  string // "node (pid 4711)", "" for not known
}

// Editor is the one that the environment names.
type Editor struct {
	Name, From string // "vim", "VISUAL"; both "" for none
	Found      bool
}

// Terminal is where the output goes.
type Terminal struct {
	Is    bool
	Type  string // TERM
	Color bool
	ASCII bool // symbols are plain
}
