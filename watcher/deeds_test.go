package watcher

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// deeds are what a script of the conformance suite can do to the disk.
var deeds = map[string]func(p *player, args []string) error{
	"write":     withText(func(path, text string) error { return os.WriteFile(path, []byte(text), 0o644) }),
	"append":    withText(func(path, text string) error { return put(path, os.O_APPEND, text) }),
	"overwrite": withText(func(path, text string) error { return put(path, 0, text) }),
	"mmap":      withText(writeMapped),
	"tmpfile":   withText(linkUnnamed),
	"half":      withText(writeSlowly),
	"rm":        withPaths(os.RemoveAll),
	"mkdir":     withPaths(func(path string) error { return os.MkdirAll(path, 0o755) }),
	"touch":     withPaths(func(path string) error { return os.Chtimes(path, time.Time{}, time.Now()) }),
	"truncate":  withPaths(func(path string) error { return os.Truncate(path, 0) }),
	"fifo":      withPaths(makeFIFO),
	"mv":        withTwo(os.Rename),
	"hard":      withTwo(os.Link),
	"exchange":  withTwo(exchange),
	"copy":      withTwo(copyFile),
	"bind":      bind,
	"unmount":   withPaths(unmount),
	"link":      func(p *player, args []string) error { return os.Symlink(args[0], p.path(args[1])) },
	"chmod":     chmod,
	"exec":      execute,
	"many":      many,
}

func withText(do func(path, text string) error) func(*player, []string) error {
	return func(p *player, args []string) error {
		path, text := p.path(args[0]), ""
		if len(args) > 1 {
			text = args[1]
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return do(path, text)
	}
}

func withPaths(do func(path string) error) func(*player, []string) error {
	return func(p *player, args []string) error {
		for _, path := range p.paths(args) {
			if err := do(path); err != nil {
				return err
			}
		}
		return nil
	}
}

func withTwo(do func(from, to string) error) func(*player, []string) error {
	return func(p *player, args []string) error { return do(p.path(args[0]), p.path(args[1])) }
}

func put(path string, flag int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// writeSlowly empties a file, and writes it when the quiet time is long over.
func writeSlowly(path, text string) error {
	if err := os.Truncate(path, 0); err != nil {
		return err
	}
	<-time.After(time.Second)
	return put(path, 0, text)
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

func bind(p *player, args []string) error {
	p.mounts = append(p.mounts, p.path(args[1]))
	return bindMount(p.path(args[0]), p.path(args[1]))
}

func chmod(p *player, args []string) error {
	mode, err := strconv.ParseUint(args[0], 8, 12)
	if err != nil {
		return err
	}
	if mode&0o400 == 0 && os.Geteuid() == 0 {
		return fmt.Errorf("nothing is unreadable to root: %w", errors.ErrUnsupported)
	}
	return os.Chmod(p.path(args[1]), os.FileMode(mode))
}

// execute runs a program in the root.
func execute(p *player, args []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil || runtime.GOOS == "windows" {
		return errors.Join(err, errors.ErrUnsupported)
	}
	cmd := exec.CommandContext(p.ctx, path, args[1:]...)
	cmd.Dir = p.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// many writes so many files, 50 to a folder, with a text.
func many(p *player, args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for i := range n {
		dir := p.path(fmt.Sprintf("%s/%d", args[1], i/50))
		if i%50 == 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		if err := os.WriteFile(fmt.Sprintf("%s/f%d.go", dir, i), fmt.Append(nil, args[2], i), 0o644); err != nil {
			return err
		}
	}
	return nil
}
