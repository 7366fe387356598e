package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ginreload/ginreload/internal/config"
)

// What a key names counts although git ignores it, and an extension that is not
// among Air's defaults is meant for just such files.
func TestWhatGitIgnores(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path, toml string
		relevant   bool
	}{
		{"coverage.html", "", false},
		{"coverage.html", "[ginreload]\ngitignore = false\n", true},
		{"gen.go", "", true},
		{"gen.c", "[build]\ninclude_ext = ['go', 'c']\n", true},
		{".env", "[build]\ninclude_ext = ['go', 'env']\n", true},
		{"local/a.yaml", "[build]\ninclude_ext = ['go', 'yaml']\n", true},
		{"local/a.html", "", false},
		{"local/a.html", "[build]\ninclude_file = ['local/a.html']\n", true},
		{"local/a.html", "[build]\ninclude_dir = ['local']\n", true},
		{"local/in/a.html", "[build]\ninclude_dir = ['local/in']\n", true},
		{"local/a.html", "[build]\ninclude_dir = ['.']\n", false},
		{"local/a.html", "[build]\ninclude_ext = ['*']\n", false},
		{"local/a.css", "[[build.rules]]\ncmd = 'x'\ninclude_ext = ['css']\n", false}, // the rule has it
	}
	for _, c := range tests {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{".air.toml": c.toml, ".gitignore": "*.html\ngen.*\n.env\n/local\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
		cfg, _, err := config.Load(nil, func(string) string { return "" }, dir)
		if err != nil {
			t.Fatal(err)
		}
		f := files{cfg, snapshot{}, true, ignores(t.Context(), cfg, []string{"PATH="})}
		path := filepath.Join(dir, c.path)
		if got, why := f.Relevant(path); got != c.relevant {
			t.Errorf("%s with %q: relevant is %v: %s", c.path, c.toml, got, why)
		}
		if _, ruled := f.RuleFor(path); (ruled || c.relevant) && f.ignore.Left(path, false) {
			t.Errorf("%s with %q is not watched", c.path, c.toml)
		}
	}
}
