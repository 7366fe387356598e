package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What is run, of the shapes that occur in real files.
func TestProgram(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		exists     string // files, relative to the working directory
		line, path string // path: "@" stands for the working directory
		words      string
	}{
		{"nothing said", "", "", "", "", ""},
		{"args_bin alone", "[build]\nargs_bin = [\"serve\", \"-x y\"]", "", "", "", "serve|-x y"},
		{"bin", "[build]\ncmd = \"x\"\nbin = \"tmp/main\"\nargs_bin = [\"serve\"]", "tmp/main", "", "@/tmp/main", "serve"},
		{"bin with arguments (T5)", "[build]\nbin = \"./.air/memos --mode dev\"", ".air/memos", "", "@/.air/memos", "--mode|dev"},
		{"bin with a blank in its name", "[build]\nbin = \"./my app\"", "my app", "", "@/my app", ""},
		{"bin without a slash is in the working directory (gitea)", "[build]\nbin = \"gitea\"", "gitea", "", "@/gitea", ""},
		{"bin on PATH", "[build]\nbin = \"dlv exec ./tmp/main\"", "tmp/main", "", "dlv", "exec|./tmp/main"},
		{"bin of Windows (T21)", "[build]\nbin = 'tmp\\main.exe'", "tmp/main.exe", "", "@/tmp/main.exe", ""},
		{"bin that is missing", "[build]\nbin = \"./tmp/main\"", "", "", "@/tmp/main", ""},
		{"full_bin beats entrypoint beats bin (T19)", "[build]\nbin = \"a\"\nentrypoint = [\"./b\"]\nfull_bin = \"X=1 ./c\"\nargs_bin = [\"d\"]", "", "X=1 ./c", "", "d"},
		{"entrypoint beats bin, empty full_bin is unset (T19)", "[build]\nbin = \"a\"\nentrypoint = [\"./b\", \"c\"]\nfull_bin = \"\"\nargs_bin = [\"d\"]", "", "", "@/b", "c|d"},
		{"entrypoint on PATH (forkana)", "[build]\nentrypoint = [\"dlv\", \"exec\", \"./x\", \"--\"]", "", "", "dlv", "exec|./x|--"},
		{"entrypoint that is absolute (deeplo)", "[build]\nentrypoint = \"/bin/true\"", "", "", "/bin/true", ""},
		{"cmd alone: Air's default", "[build]\ncmd = \"make\"", "tmp/main", "", "@/tmp/main", ""},
		{"cmd alone with another tmp_dir", "tmp_dir = \".dev/\"\n[build]\ncmd = \"make\"", ".dev/main", "", "@/.dev/main", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := loadText(t, tc.text)
			exists := func(file string) bool {
				rel, err := filepath.Rel(c.Dir, file)
				return err == nil && tc.exists != "" && rel == filepath.FromSlash(tc.exists)
			}
			got := c.Program(exists)
			path := strings.ReplaceAll(tc.path, "@", filepath.ToSlash(c.Dir))
			if got.Line != tc.line || filepath.ToSlash(got.Path) != path || strings.Join(got.Words, "|") != tc.words {
				t.Errorf("%+v, want %s%s with %s", got, tc.line, path, tc.words)
			}
			if again := c.Program(exists); !slices.Equal(got.Words, again.Words) {
				t.Errorf("the second answer differs: %+v", again)
			}
		})
	}
}

func TestHalfABuildIsCompletedWithAirsDefaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[build]\nbin = \"./shadcn-go\"":                                    "go build -o ./tmp/main .",
		"[build]\nentrypoint = \"/bin/true\"":                               "go build -o ./tmp/main .",
		"tmp_dir = \"my tmp\"\n[build]\nfull_bin = \"X=1 './my tmp/main'\"": "go build -o './my tmp/main' .",
		"tmp_dir = \"/tmp/air\"\n[build]\nbin = \"/tmp/air/main\"":          "go build -o /tmp/air/main .",
		"[build]\nexclude_dir = []":                                         "",
	} {
		if c := loadText(t, text); c.Cmd != want {
			t.Errorf("%s: cmd %q, want %q", text, c.Cmd, want)
		}
	}
}
