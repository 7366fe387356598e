package watcher

import (
	"strconv"
	"strings"
)

// Droppings are files that an editor or tool leaves beside the one being edited,
// for longer than a window. Temporary files with arbitrary names (sed -i, Kate,
// VS Code) need no entry: they are gone when the window closes.
//
// Hidden files and *.bak or *.orig are no droppings: people name files so.

// isDropping reports whether the name, without folder, is one of
//
//	.#x.go                  Emacs, lock: a dangling link (Emacs manual, "Interlocking")
//	#x.go#                  Emacs, auto-save (Emacs manual, "Auto Save Files")
//	x.go~                   Emacs, Vim, gedit, nano, Kate: backup; go build: the old binary on
//	                        Windows (shell.go of cmd/go, package work)
//	.x.go.swp .swo .swn     Vim, nano: swap or lock (vim :help swap-file)
//	.x.go.swx .swpx         Vim, probe for short names (vim memline.c, findswapname)
//	.x.go.kate-swp          Kate, swap
//	4913, 5036, 5159 …      Vim, probe whether the folder is writable: from 4913 in
//	                        steps of 123 (vim bufwrite.c, buf_write)
//	x.go___jb_tmp___ _old_  JetBrains, safe write
//	.goutputstream-XXXXXX   GLib, g_file_replace: gedit, GNOME Builder
//	x.go.1234567            gofmt -w, backup (cmd/gofmt/gofmt.go, backupFile)
//	x-go-tmp-umask          go build -o, probe (cmd/go/internal/work/shell.go)
//	x.tmp                   the go command (cmd/go/internal/modfetch/cache.go), Sublime
//	                        Text (.sublXXX.tmp), and by common use any unfinished file
//	.fuse_hiddenX .nfsX     FUSE, NFS: deleted, but open (libfuse -o hard_remove; Linux nfs)
func isDropping(name string) bool {
	for _, prefix := range []string{".#", ".goutputstream-", ".fuse_hidden", ".nfs0"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{
		"~", ".swp", ".swo", ".swn", ".swx", ".swpx", ".kate-swp",
		"___jb_tmp___", "___jb_old___", "-go-tmp-umask", ".tmp",
	} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	if len(name) > 1 && strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") {
		return true
	}
	if _, number, ok := strings.Cut(name, ".go."); ok && isNumber(number) {
		return true
	}
	if !isNumber(name) {
		return false // strconv makes an error of each name
	}
	n, err := strconv.Atoi(name)
	return err == nil && n >= 4913 && (n-4913)%123 == 0
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
