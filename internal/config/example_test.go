package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func exampleText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", ".air.toml.example"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// all is the example with what stands in comments for want of a default.
func all(text string) string {
	return regexp.MustCompile(`(?m)^# (\[|\w+ = )`).ReplaceAllString(text, "$1")
}

func TestExampleHasTheDefaults(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": exampleText(t), "empty/.air.toml": ""})
	c, _, err := Load([]string{"check"}, environment(), dir)
	if err != nil || len(c.Warnings)+len(c.Notes) != 0 {
		t.Errorf("%v, warnings %q, notes %q", err, messages(c), c.Notes)
	}
	// Air warns of each file without an entrypoint, so that the example has one.
	cmd, bin := airsBuild("tmp", "linux")
	written := map[string]string{"build.cmd": tomlString(cmd), "build.bin": tomlString(bin), "build.entrypoint": showList([]string{bin})}
	byDefault := mustLoad(t, filepath.Join(dir, "empty")).Values()
	for i, v := range c.Values() {
		want := byDefault[i].Value
		if text, ok := written[v.Key]; ok {
			want = text
		}
		if v.Value != want {
			t.Errorf("%s is %s in the example, want the default %s", v.Key, v.Value, want)
		}
	}
}

func TestExampleHasEveryKey(t *testing.T) {
	t.Parallel()
	text := all(exampleText(t))
	if c := loadText(t, text); len(c.Warnings) != 0 {
		t.Errorf("with its comments: warnings %q", messages(c))
	}
	doc, err := parseDocument("example", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range doc.entries {
		names = append(names, strings.Join(e.path, "."))
	}
	for _, want := range everyKey() {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// everyKey lists what may stand in a file; one system stands for all.
func everyKey() []string {
	keys := namesOf(settings, "")
	for _, section := range append(sections(), "build.linux", "build.rules", "ginreload.service") {
		for _, name := range keysOf(section) {
			if section == "build" && (slices.Contains(platforms, name) || name == "rules") || section == "ginreload" && name == "service" {
				continue
			}
			keys = append(keys, section+"."+name)
		}
	}
	return keys
}

// The migration page has a table with a line for each key of Air.
func TestMigrationPageHasEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "migrating-from-air.md"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no such page yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		section, name, _ := strings.Cut(s.name, ".")
		if section == "ginreload" {
			continue
		}
		if name == "" {
			name = section
		}
		if !regexp.MustCompile(`\b` + name + `\b`).Match(text) {
			t.Errorf("%s is not in docs/migrating-from-air.md", s.name)
		}
	}
}
