package direct

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// An archive begins with the export data, all that the compiler reads of it
// when it compiles a package that imports it, as a file __.PKGDEF; the object
// file follows (cmd/internal/archive). Both begin with a line of text, and the
// build ID in a second one.

// neutralID is the build ID that packages are compiled with: of the length of
// the go command's, and the same for all, so that what is compiled from the same
// is the same.
const neutralID = "ginreload-direct----/ginreload-direct----"

// archiveSums are the digests of the export data and of the whole, both without the build ID.
func archiveSums(file string) (export, whole digest, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return digest{}, digest{}, err
	}
	const magic, entry = "!<arch>\n", 60
	if len(text) < len(magic)+entry || !strings.HasPrefix(string(text[:len(magic)+entry]), magic+"__.PKGDEF") {
		return digest{}, digest{}, fmt.Errorf("read %s: %w", file, errNoArchive)
	}
	size, err := strconv.Atoi(strings.TrimSpace(string(text[len(magic)+48 : len(magic)+58])))
	if err != nil || size < 0 || size > len(text)-len(magic)-entry {
		return digest{}, digest{}, fmt.Errorf("read %s: %w", file, errNoArchive)
	}
	start := text[len(magic)+entry:][:size]
	_, after, _ := bytes.Cut(start, []byte("\nbuild id \""))
	id, _, ok := bytes.Cut(after, []byte("\"\n"))
	if !ok || len(id) != len(neutralID) {
		return digest{}, digest{}, fmt.Errorf("read %s: %w", file, errNoArchive)
	}
	return sumWithout(start, id), sumWithout(text, id), nil
}

var errNoArchive = errors.New("it is no archive that the compiler has written")

func sumWithout(text, id []byte) digest {
	h := sha256.New()
	for {
		before, after, found := bytes.Cut(text, id)
		h.Write(before)
		if !found {
			return digest(h.Sum(nil))
		}
		h.Write([]byte(neutralID))
		text = after
	}
}
