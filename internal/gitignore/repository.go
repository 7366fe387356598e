package gitignore

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// isTop reports whether a folder is the top of a repository, a worktree or a
// submodule; .git is a file in the latter two.
func isTop(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, ".git"))
	return err == nil
}

// repository returns the top of the one around folder, "" for none.
func repository(folder string) string {
	for !isTop(folder) {
		parent := filepath.Dir(folder)
		if parent == folder {
			return ""
		}
		folder = parent
	}
	return folder
}

// ownFolder returns where git keeps what it knows of the worktree with that top,
// "" if .git is nothing of git's.
func ownFolder(top string) string {
	git := filepath.Join(top, ".git")
	if text, err := os.ReadFile(git); err == nil {
		target, ok := strings.CutPrefix(string(text), "gitdir:")
		if !ok {
			return ""
		}
		git = absolute(top, target)
	}
	return git
}

// excludeFile returns where git looks for info/exclude; worktrees share that of
// their repository. It is "" if .git is nothing of git's.
func excludeFile(top string) string {
	git := ownFolder(top)
	if git == "" {
		return ""
	}
	if text, err := os.ReadFile(filepath.Join(git, "commondir")); err == nil {
		git = absolute(git, string(text))
	}
	return filepath.Join(git, "info", "exclude")
}

func absolute(base, path string) string {
	path = filepath.FromSlash(strings.TrimSpace(path))
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

// Tracked returns the files in the index of the repository around dir that lie
// below dir, relative to it and sorted by bytes. Without git or a repository there
// are none.
func Tracked(ctx context.Context, dir string, env []string) []string {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z")
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if err != nil || len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// Global returns the user's own file for what is in dir: the one that
// core.excludesFile names, else the usual one, which need not exist. It asks git,
// if that is there; a failure counts as nothing said.
func Global(ctx context.Context, dir string, env []string) string {
	cmd := exec.CommandContext(ctx, "git", "config", "--type=path", "--get", "core.excludesFile")
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.Output(); err == nil {
		if file := strings.TrimSuffix(string(out), "\n"); file != "" {
			return absolute(dir, file)
		}
		return ""
	}
	variable := func(name string) string {
		value := ""
		for _, entry := range env {
			if v, ok := strings.CutPrefix(entry, name+"="); ok {
				value = v
			}
		}
		return value
	}
	if config := variable("XDG_CONFIG_HOME"); config != "" {
		return filepath.Join(config, "git", "ignore")
	}
	if home := variable("HOME"); home != "" {
		return filepath.Join(home, ".config", "git", "ignore")
	}
	return ""
}
