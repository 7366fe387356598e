package builder

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrOccupied says that at Output lies something which go build has not made.
var ErrOccupied = errors.New("output is not a program")

const seedName = "seed"

const archiveMagic = "!<arch>\n"

// checkOutput refuses to replace what go build itself would not replace: it
// never sees Output, so its own check protects nothing.
func (b *Builder) checkOutput() error {
	output := b.recipe.Output
	info, err := os.Stat(output)
	switch {
	case err != nil:
		return nil // nothing there, or publish says what is wrong
	case info.IsDir():
		return fmt.Errorf("%w: %s is a folder; name a file in it, such as %s", ErrOccupied, output, filepath.Join(output, "app"))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s is %s; name another file", ErrOccupied, output, info.Mode().Type())
	case info.Size() == 0:
		return nil
	}
	magic, err := firstBytes(output)
	if err != nil {
		return explain("look at the output", err)
	}
	if !isObject(magic) {
		return fmt.Errorf("%w: %s would be overwritten; remove it or name another file", ErrOccupied, output)
	}
	return nil
}

func firstBytes(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	start := make([]byte, 8)
	n, err := io.ReadFull(f, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", err
	}
	return string(start[:n]), nil
}

// isObject knows a file by its start, as cmd/go does (objectMagic in
// exec.go of cmd/go, package work).
func isObject(start string) bool {
	for _, magic := range []string{
		archiveMagic, "<bigaf>\n",
		"\x7fELF",
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // Mach-O
		"MZ\x90\x00\x03\x00", "MZ\x78\x00\x01\x00", // PE
		"\x00\x00\x01\xeb", "\x00\x00\x8a\x97", "\x00\x00\x06\x47", // Plan 9
		"\x00asm",
		"\x01\xdf", "\x01\xf7", // XCOFF
	} {
		if strings.HasPrefix(start, magic) {
			return true
		}
	}
	return false
}

// publish puts the new program at Output unless the same one is there.
func (b *Builder) publish(out string) (Outcome, error) {
	output := b.recipe.Output
	if same, err := sameBytes(out, output); err != nil {
		return 0, explain("compare the new program with the published one", err)
	} else if same {
		return Same, nil
	}
	if sameContent(out, output) {
		// The file at Output stays; the new one is what go build would find
		// up to date next time.
		b.keepSeed(out)
		return Same, nil
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o777); err != nil {
		return 0, explain("make the folder of the output", err)
	}
	err := replaceFile(out, output)
	switch {
	case err == nil:
		b.dropSeed()
		return Built, nil
	case !otherFileSystem(err):
		return 0, explain("publish the program", err)
	}
	if err := copyBeside(out, output); err != nil {
		return 0, explain("publish the program", err)
	}
	// Output cannot be linked to from here.
	b.keepSeed(out)
	return Built, nil
}

// keepSeed keeps a program in scratch for the next build to begin with in the
// place of the one at Output.
func (b *Builder) keepSeed(out string) {
	b.seed = filepath.Join(b.scratch, seedName)
	if os.Rename(out, b.seed) != nil {
		b.seed = ""
	}
}

func (b *Builder) dropSeed() {
	if b.seed != "" {
		os.Remove(b.seed)
		b.seed = ""
	}
}

// copyBeside replaces output by a copy of out, in one step.
func copyBeside(out, output string) (err error) {
	from, err := os.Open(out)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := os.CreateTemp(filepath.Dir(output), "."+filepath.Base(output)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(to.Name())
		}
	}()
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Chmod(info.Mode().Perm()), to.Close())
	if err != nil {
		return err
	}
	return replaceFile(to.Name(), output)
}

// sameBytes compares two files up to the first difference. A file b that
// cannot be read is not the same; replacing it shows whether that matters.
func sameBytes(a, b string) (bool, error) {
	x, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer x.Close()
	y, err := os.Open(b)
	if err != nil {
		return false, nil
	}
	defer y.Close()

	xi, err := x.Stat()
	if err != nil {
		return false, err
	}
	yi, err := y.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(xi, yi) || xi.Size() != yi.Size() {
		return os.SameFile(xi, yi), nil
	}
	return sameStreams(x, y)
}

func sameStreams(x, y io.Reader) (bool, error) {
	p, q := make([]byte, 128<<10), make([]byte, 128<<10)
	for {
		n, err := io.ReadFull(x, p)
		m, err2 := io.ReadFull(y, q)
		if n != m || !bytes.Equal(p[:n], q[:m]) {
			return false, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return true, nil
		}
		if err := errors.Join(err, err2); err != nil {
			return false, err
		}
	}
}
