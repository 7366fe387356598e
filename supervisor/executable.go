package supervisor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// startedIn is the folder that tableflip starts every generation in. It notes
// the same one at the same time, and does not tell it.
var startedIn, _ = os.Getwd()

// settleExecutable makes the path that upgrades start independent of the
// current folder: tableflip looks it up from there, but runs it from the folder
// that the program was started in. Symbolic links stay, so that the one to the
// current release leads to the next one. A name without a slash is looked up in
// PATH each time.
func settleExecutable(path string) {
	if path == "" {
		path = os.Args[0]
	}
	if strings.ContainsRune(path, filepath.Separator) && !filepath.IsAbs(path) {
		path = filepath.Join(startedIn, path)
	}
	os.Args[0] = path
}

// executable returns the path of the binary that an upgrade would start now.
func executable() (string, error) {
	path, err := exec.LookPath(os.Args[0])
	if err == nil {
		return path, nil
	}
	if strings.ContainsRune(os.Args[0], filepath.Separator) {
		return os.Args[0], nil // and the pre-flight says what is wrong with it
	}
	return "", fmt.Errorf("find the new binary: %w; put it where PATH leads", err)
}

// repairStandardFiles puts the null device in the place of a standard file that
// the program has closed, since tableflip passes all three on and fails for one
// that it cannot.
func repairStandardFiles() error {
	for _, std := range []**os.File{&os.Stdin, &os.Stdout, &os.Stderr} {
		if _, err := (*std).Stat(); err == nil {
			continue
		}
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("replace the closed %s: %w", (*std).Name(), err)
		}
		*std = null
	}
	return nil
}
