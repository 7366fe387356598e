package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/config"
)

// A loading is what one file and one command line mean.
type loading struct {
	name, covers string
	text         string            // of .air.toml, unless files have another
	files        map[string]string // besides
	start        string            // folder in which the tool is started
	args         []string
	env          map[string]string
	want         []string // "Field value"; $DIR is the project, lists are as %q
	warns        []string // patterns for "LINE: MESSAGE → HINT", one each; nil: whatever
	fails        string   // pattern of the error, with its position
	differs      string   // see Case
}

var quiet = []string{} // no warning at all

func TestLoadings(t *testing.T) {
	t.Parallel()
	for _, l := range loadings() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			dir := l.layOut(t)
			c, _, err := config.Load(l.args, func(name string) string {
				return strings.ReplaceAll(l.env[name], "$DIR", dir)
			}, filepath.Join(dir, filepath.FromSlash(l.start)))
			if l.fails != "" {
				if err == nil || !regexp.MustCompile(l.fails).MatchString(err.Error()) {
					t.Errorf("error %v, want %s", err, l.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range l.want {
				name, value, _ := strings.Cut(want, " ")
				if got := strings.ReplaceAll(shown(c, name), dir, "$DIR"); got != value {
					t.Errorf("%s is %s, want %s", name, got, value)
				}
			}
			if l.warns != nil {
				compareWarnings(t, c.Warnings, l.warns)
			}
		})
	}
}

func (l loading) layOut(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{".air.toml": l.text}
	for name, text := range l.files {
		files[name] = text
	}
	for name, text := range files {
		if name == ".air.toml" && text == "" {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil && strings.HasSuffix(name, "/") {
			err = os.MkdirAll(file, 0o755)
		} else if err == nil {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shown is a field of the configuration as text. Air's defaults stand for what
// is not said where a Config leaves that to others.
func shown(c config.Config, name string) string {
	if name == "Runs" {
		p := c.Program(func(string) bool { return false })
		return fmt.Sprintf("%s%s %q", p.Line, p.Path, p.Words)
	}
	f := reflect.ValueOf(c)
	for _, part := range strings.Split(name, ".") {
		if f = f.FieldByName(part); !f.IsValid() {
			return "no field " + name
		}
		if f.Kind() == reflect.Pointer && !f.IsNil() {
			f = f.Elem()
		}
	}
	switch v := f.Interface().(type) {
	case []string:
		return fmt.Sprintf("%q", v)
	case string:
		return v
	case time.Duration:
		return v.String()
	}
	return fmt.Sprint(f.Interface())
}

func compareWarnings(t *testing.T, got []config.Warning, want []string) {
	t.Helper()
	var texts []string
	for _, w := range got {
		texts = append(texts, fmt.Sprintf("%d: %s → %s", w.Line, w.Message, w.Hint))
	}
	all := strings.Join(texts, "\n")
	for _, pattern := range want {
		if !regexp.MustCompile("(?m)" + pattern).MatchString(all) {
			t.Errorf("no warning like %s", pattern)
		}
	}
	if len(texts) != len(want) {
		t.Errorf("%d warnings, want %d", len(texts), len(want))
	}
	if t.Failed() {
		t.Logf("warnings:\n%s", all)
	}
}
