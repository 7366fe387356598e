package gitignore

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sandbox is a repository of its own, whatever the machine's git is told.
type sandbox struct {
	t   *testing.T
	top string
	env []string
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil && os.Getenv("GINRELOAD_REQUIRE_TOOLS") == "" {
		t.Skip("git is not installed")
	}
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	s := &sandbox{t: t, top: top, env: append(os.Environ(),
		"GIT_CONFIG_NOSYSTEM=1", "HOME="+home, "XDG_CONFIG_HOME=", "GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"))}
	s.git("", "init", "-q")
	return s
}

func (s *sandbox) git(stdin string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", s.top}, args...)...)
	cmd.Env, cmd.Stdin = s.env, strings.NewReader(stdin)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && (args[0] != "check-ignore" || !asExit(err, &exit) || exit.ExitCode() != 1) {
		s.t.Fatalf("git %q: %v", args, err)
	}
	return string(out)
}

func asExit(err error, to **exec.ExitError) (ok bool) { *to, ok = err.(*exec.ExitError); return ok }

func (s *sandbox) write(path, text string) {
	s.t.Helper()
	file := filepath.Join(s.top, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// ignored asks git, which finds out itself what is a folder.
func (s *sandbox) ignored(paths []string) map[string]bool {
	s.t.Helper()
	said := make(map[string]bool)
	for path := range strings.SplitSeq(s.git(strings.Join(paths, "\x00")+"\x00", "check-ignore", "--no-index", "--stdin", "-z"), "\x00") {
		said[path] = true
	}
	return said
}

func (s *sandbox) tree() *Tree { return New(s.top, Global(context.Background(), s.top, s.env), nil) }

// compare fails for each path about which git says something else.
func (s *sandbox) compare(paths map[string]bool) {
	s.t.Helper()
	var names []string
	for path := range paths {
		names = append(names, path)
	}
	said, tree := s.ignored(names), s.tree()
	for path, folder := range paths {
		m, ignored := tree.Match(filepath.Join(s.top, path), folder)
		if ignored != said[path] {
			s.t.Errorf("%s: git says ignored %v, we say %v by %s", path, said[path], ignored, m)
		}
	}
}

var atoms = []string{"a", "b", "foo", "bar", "x.go", "*.go", "*.log", "*", "**", "f*", "[ab]", "?", "fo?", "[!a]", "[^b]", "*.t*", "a*b", "***", "a**b",
	`\a`, `f\*`, "{a,b}", "[[:alpha:]]*", "[]a]", "[a", "a{1}", "x.[g-h]o", `\`, "[!]a]", " a", "[[:digit:]x].go", `[\]a]`}

func pattern(r *rand.Rand) string {
	for {
		if p := anyPattern(r); !slashInBrackets.MatchString(p) {
			return p
		}
	}
}

// slashInBrackets is where we give up: "[a" and "b]" are parts there.
var slashInBrackets = regexp.MustCompile(`\[[^\]]+/.*\]`)

func anyPattern(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(4) == 0 {
		b.WriteString("!")
	}
	if r.IntN(4) == 0 {
		b.WriteString("/")
	}
	b.WriteString(atoms[r.IntN(len(atoms))])
	for r.IntN(3) == 0 {
		b.WriteString("/" + atoms[r.IntN(len(atoms))])
	}
	if r.IntN(4) == 0 {
		b.WriteString("/")
	}
	if r.IntN(8) == 0 {
		b.WriteString(" ")
	}
	return b.String()
}

// Whatever the files say, git and we agree.
func TestAsGit(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	paths, folders := map[string]bool{}, []string{""}
	var grow func(folder string, depth int)
	grow = func(folder string, depth int) {
		for _, name := range []string{"a", "b", "foo", "bar", "x.go", "y.txt", "foo.log", "ab", "{a,b}", "f*", "]"} {
			path := filepath.Join(folder, name)
			if depth < 3 && len(name) < 4 && name != "]" && r.IntN(3) > 0 {
				paths[path] = true
				folders = append(folders, path)
				grow(path, depth+1)
				continue
			}
			s.write(path, "")
			paths[path] = false
		}
	}
	grow("", 0)
	s.git("", "config", "core.excludesFile", filepath.Join(s.top, ".git", "global"))
	rounds := 20
	if os.Getenv("GITIGNORE_ROUNDS") != "" {
		rounds = 5000
	}
	for range rounds {
		files := []string{".gitignore", ".git/info/exclude", ".git/global"}
		for range 3 {
			files = append(files, filepath.Join(folders[r.IntN(len(folders))], ".gitignore"))
		}
		said := map[string]string{}
		for _, file := range files {
			if r.IntN(3) == 0 {
				continue
			}
			var lines []string
			for range 1 + r.IntN(3) {
				lines = append(lines, pattern(r))
			}
			said[file] = strings.Join(lines, []string{"\n", "\r\n"}[r.IntN(2)]) + "\n"
			s.write(file, said[file])
		}
		s.compare(paths)
		if t.Failed() {
			t.Fatalf("with %q", said)
		}
		for file := range said {
			if err := os.Remove(filepath.Join(s.top, file)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	for path, text := range map[string]string{
		".gitignore":          "\ufeff# build\n/bin/\n*.log\n!keep.log\ndata/**\n!data/keep\nweb/dist\n\\#odd\nblank\\ \nspace   \n*_gen\n**/made/x\n",
		".git/info/exclude":   "mine/\n",
		"sub/.gitignore":      "*\n!*/\n!*.go\n",
		"nested/.git/HEAD":    "",
		"nested/.gitignore":   "only\n",
		"data/keep":           "",
		"sub/deep/.gitignore": "!x.txt\n",
	} {
		s.write(path, text)
	}
	tree := s.tree()
	for _, c := range []struct {
		path   string
		folder bool
		by     string // "" for not ignored
	}{
		{"bin", true, ".gitignore:2 /bin/"},
		{"bin/server", false, ".gitignore:2 /bin/"},
		{"cmd/bin", true, ""},
		{"bin", false, ""}, // a file
		{"a/b/c.log", false, ".gitignore:3 *.log"},
		{"a/keep.log", false, ""},
		{"data", true, ""},
		{"data/keep", false, ""},
		{"data/rest/keep", false, ".gitignore:5 data/**"},
		{"web/dist/index.html", false, ".gitignore:7 web/dist"},
		{"a/web/dist", true, ""},
		{"#odd", false, `.gitignore:8 \#odd`},
		{"blank ", false, `.gitignore:9 blank\ `},
		{"space", false, ".gitignore:10 space"},
		{"wire_gen", false, ".gitignore:11 *_gen"},
		{"made/x", false, ".gitignore:12 **/made/x"},
		{"mine/x", false, ".git/info/exclude:1 mine/"},
		{"sub/x.txt", false, "sub/.gitignore:1 *"},
		{"sub/deep/x.go", false, ""},
		{"sub/deep/x.txt", false, ""},
		{"sub/deep/y.txt", false, "sub/.gitignore:1 *"},
		{"nested/x.log", false, ""}, // another repository
		{"nested/only", false, "nested/.gitignore:1 only"},
	} {
		m, ignored := tree.Match(filepath.Join(s.top, c.path), c.folder)
		by := ""
		if ignored {
			by = strings.TrimPrefix(m.String(), s.top+"/")
		}
		if by != c.by {
			t.Errorf("%q: ignored by %q, want %q", c.path, by, c.by)
		}
	}
}

// What git is told of the user's own file is where we look, and it is weaker
// than all of the repository's.
func TestGlobal(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	home := t.TempDir()
	s.env = append(s.env, "HOME="+home)
	if got, want := Global(t.Context(), s.top, s.env), filepath.Join(home, ".config", "git", "ignore"); got != want {
		t.Errorf("without a word in its configuration: %s, want %s", got, want)
	}
	s.git("", "config", "core.excludesFile", "~/mine")
	if got, want := Global(t.Context(), s.top, s.env), filepath.Join(home, "mine"); got != want {
		t.Errorf("with ~ in the configuration: %s, want %s", got, want)
	}
	if got := Global(t.Context(), s.top, []string{"PATH=", "XDG_CONFIG_HOME=/x"}); got != filepath.FromSlash("/x/git/ignore") {
		t.Errorf("without git: %s", got)
	}
}

// A worktree has its own top, and the exclude file of its repository; the root
// may lie below.
func TestOuter(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.write("a", "")
	s.git("", "add", "a")
	s.git("", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")
	s.git("", "worktree", "add", "-q", "side")
	root := filepath.Join(s.top, "side", "backend")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write(".git/info/exclude", "excluded\n")
	s.write("side/.gitignore", "above\n")
	tree := New(root, "", nil)
	for _, name := range []string{"excluded", "above"} {
		if _, ignored := tree.Match(filepath.Join(root, name), false); !ignored {
			t.Errorf("%s is not ignored", name)
		}
	}
	got := strings.Join(tree.Outer(), " ")
	want := filepath.Join(root, name) + " " + filepath.Join(s.top, ".git", "info", "exclude") + " " + filepath.Join(s.top, "side", ".gitignore")
	if got != want {
		t.Errorf("outer files: %s\nwant %s", got, want)
	}
}

// Without a repository the files count from the root on, and no higher; and
// what has been read counts until Forget.
func TestNoRepository(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	if repository(above) != "" {
		t.Skip("the temporary folder is in a repository")
	}
	root := filepath.Join(above, "root")
	for _, path := range []string{above, root} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(file, text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(above, name), "x\n")
	write(filepath.Join(root, name), "y\n")
	tree := New(root, "", nil)
	ignored := func(path string) bool { _, ok := tree.Match(path, false); return ok }
	if ignored(filepath.Join(root, "x")) || !ignored(filepath.Join(root, "y")) || ignored(filepath.Join(above, "x")) {
		t.Error("not just the file in the root counts")
	}
	write(filepath.Join(root, name), "z\n")
	if ignored(filepath.Join(root, "z")) {
		t.Error("the file was read again unasked")
	}
	tree.Forget()
	if !ignored(filepath.Join(root, "z")) || ignored(filepath.Join(root, "y")) {
		t.Error("the file was not read again")
	}
}

// What is in the index is not ignored, nor is a folder with some of it.
func TestTracked(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.write("app/.gitignore", "*.html\nbuild\n")
	for _, file := range []string{"app/a.html", "app/build/deep/b.css", "app/z.html", "app/buildx"} {
		s.write(file, "")
		s.git("", "add", "-f", file)
	}
	s.write("app/untracked.html", "")
	root := filepath.Join(s.top, "app")
	tree := New(root, "", func() []string { return Tracked(t.Context(), root, s.env) })
	for _, c := range []struct {
		path            string
		folder, ignored bool
	}{
		{"a.html", false, false},
		{"z.html", false, false},
		{"untracked.html", false, true},
		{"build", true, false},
		{"build/deep", true, false},
		{"build/deep/b.css", false, false},
		{"build/deep/c.css", false, true},
		{"build/other", true, true},
	} {
		if _, ignored := tree.Match(filepath.Join(root, c.path), c.folder); ignored != c.ignored {
			t.Errorf("%s: ignored is %v", c.path, ignored)
		}
	}
	s.git("", "rm", "-q", "--cached", "app/a.html")
	tree.Forget()
	if _, ignored := tree.Match(filepath.Join(root, "a.html"), false); !ignored {
		t.Error("what is not tracked any more is not ignored")
	}
	if got := Tracked(t.Context(), t.TempDir(), s.env); got != nil {
		t.Errorf("outside of a repository %q is tracked", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"*.log", "!a/**/b/", `\#`, "[[:alpha:]-", "/", "a{b,c}", "**/x", `a\`, "[]]", "   "} {
		f.Add(seed, "a/b.log")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		file := parseFile("", text)
		file.find(path, true)
		file.find(path, false)
		for _, r := range file.rules {
			if strings.ContainsAny(r.text, "\n") {
				t.Errorf("rule %q has two lines", r.text)
			}
		}
	})
}
