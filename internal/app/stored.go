package app

import (
	"os"

	"github.com/ginreload/ginreload/internal/proc"
)

// keep puts a socket of the program into the store.
func (r *runner) keep(name string, f *os.File) {
	if path := r.store.Put(name, f); path != "" {
		r.paths = append(r.paths, path)
		r.opts.Session.Remember(proc.LeftPath, path)
	}
}

// removePaths ends the life of the unix sockets.
func (r *runner) removePaths() {
	for _, path := range r.paths {
		os.Remove(path)
	}
}

// activated returns the command line and environment with which args finds
// the stored sockets. The shell becomes the program, so it knows its PID.
func (r *runner) activated(args, env []string) ([]string, []string) {
	listen := r.store.Activation()
	if listen == nil {
		return args, env
	}
	return append([]string{"/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`}, args...), append(env, listen...)
}
