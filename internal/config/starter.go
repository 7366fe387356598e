package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Project is what the first configuration of a project depends on.
type Project struct {
	Package string // main package as go build takes it; "" is "."
	Suffix  string // of executables: ".exe" on Windows
}

// Starter returns a short configuration that both ginreload and Air read.
func Starter(p Project) []byte {
	if p.Package == "" {
		p.Package = "."
	}
	binary := "./tmp/main" + p.Suffix
	return fmt.Appendf(nil, `# Read by ginreload, and by Air. Every key may be left out.

root = "."       # watched; relative to the folder in which ginreload is started
tmp_dir = "tmp"  # for what is built; never watched, belongs in .gitignore

[build]
cmd = %s
entrypoint = [%s]
args_bin = []  # arguments for the program

include_ext = ["go", "tpl", "tmpl", "html"]  # a change of these files builds anew
exclude_dir = ["tmp", "vendor"]              # exact, relative to root
exclude_regex = ["_test\\.go$"]

send_interrupt = true  # let the program finish what it is doing
kill_delay = "4s"      # and how long it may take
`, tomlString("go build -o "+binary+" "+shellWord(p.Package)), tomlString(binary))
}

// WriteInit writes Starter to .air.toml in dir and returns the file's name. It
// does not overwrite, nor does it put a second configuration before the one
// that is in use.
func WriteInit(dir string, p Project) (string, error) {
	files := defaultFiles(dir)
	for _, file := range files {
		if _, err := os.Lstat(file); err == nil {
			return "", &Error{File: file, Message: "there is a configuration already",
				Hint: "edit it, or move it away first", Err: fs.ErrExist}
		}
	}
	f, err := os.OpenFile(files[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", &Error{File: files[0], Message: "write the configuration: " + reason(err).Error(), Err: err}
	}
	_, err = f.Write(Starter(p))
	if err = errors.Join(err, f.Close()); err != nil {
		return "", &Error{File: files[0], Message: "write the configuration: " + reason(err).Error(), Err: err}
	}
	return filepath.Clean(files[0]), nil
}

// shellWord quotes word for a POSIX shell if it needs to be.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("-._/+@,=:", r) || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func tomlString(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
