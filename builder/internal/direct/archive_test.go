package direct

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entry is a file in an archive.
func entry(name, text string) string {
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", name, 0, 0, 0, 0o644, len(text), text)
}

func TestArchiveSums(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	sums := func(export, object, id string) (e, w digest) {
		t.Helper()
		head := "go object linux amd64\nbuild id \"" + id + "\"\n"
		text := "!<arch>\n" + entry("__.PKGDEF", head+export) + entry("_go_.o", head+object)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		e, w, err := archiveSums(path)
		if err != nil {
			t.Fatal(err)
		}
		return e, w
	}
	other := strings.Repeat("x", len(neutralID))
	export, whole := sums("export", "object", neutralID)
	if e, w := sums("export", "object", other); e != export || w != whole {
		t.Error("another build ID makes another archive")
	}
	if e, w := sums("export", "OBJECT", other); e != export || w == whole {
		t.Error("another object file is not told from other export data")
	}
	if e, w := sums("EXPORT", "object", other); e == export || w == whole {
		t.Error("other export data are not seen")
	}
}

func TestArchiveSumsOfSomethingElse(t *testing.T) {
	t.Parallel()
	const magic = "!<arch>\n"
	for _, text := range []string{
		"", magic, magic + entry("_go_.o", ""), magic + entry("__.PKGDEF", "go object\n"), magic + entry("__.PKGDEF", "x")[:59],
		magic + strings.Replace(entry("__.PKGDEF", "x"), "1 ", "99", 1),
	} {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, err := archiveSums(path); err == nil {
			t.Errorf("%q is taken for an archive", text)
		}
	}
}
