package builder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// A workshop is a project whose go command makes whatever is there as `result`,
// and whose C compiler takes the linkers that `takes` names. What they are told
// is in `told`.
type workshop struct {
	*project
	b *builder.Builder
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{project: newProject(t, "package main\n")}
	dir := w.recipe.Dir
	w.write("bin/go", `#!/bin/sh
cd `+dir+`
if test $1 = env; then
	printf '{"CC": "gcc -m64", "GOOS": "%s", "GOFLAGS": "%s", "CGO_LDFLAGS": "%s"}' "${GOOS-linux}" "$GOFLAGS" "$CGO_LDFLAGS"
	exit
fi
echo "$@" | sed 's/ -o .*//' >>told
case $* in *-fuse-ld*)
	test ! -e fails || { printf '# example.com/app\n/go/link: running gcc failed: exit status 1\n'; exit 1; }
esac
test ! -e mistake || { printf '# example.com/app\n/go/link: running gcc failed: exit status 1\nx.c:1: undefined\n'; exit 1; }
while test "$1" != -o; do shift; done
rm -f "$2"
cp result "$2"
`)
	w.write("bin/gcc", `#!/bin/sh
echo "gcc $*" | sed 's/ -o .*//' >>`+dir+`/told
case $2 in -fuse-ld=*) grep -q -e "$2\>" `+dir+`/takes; exit ;; esac
exit 1
`)
	w.write("bin/ld.mold", "#!/bin/sh\n")
	w.write("bin/ld.gold", "#!/bin/sh\n")
	w.write("takes", "-fuse-ld=mold -fuse-ld=gold -fuse-ld=own")
	w.recipe.Flags = []string{"-buildvcs=false"}
	w.recipe.Set = []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin"}
	w.result("/bin/sh", 0)
	return w
}

// result is what is made: a program as of a C compiler, or one of Go alone.
func (w *workshop) result(program string, edit int) {
	w.t.Helper()
	text, err := os.ReadFile(program)
	check(w.t, err)
	w.write("result", string(text)+fmt.Sprint(edit))
}

func (w *workshop) expectTold(outcome builder.Outcome, notice string, want ...string) {
	w.t.Helper()
	result := w.expect(w.b, outcome)
	text, err := os.ReadFile(filepath.Join(w.recipe.Dir, "told"))
	check(w.t, err)
	check(w.t, os.Remove(filepath.Join(w.recipe.Dir, "told")))
	if got := strings.TrimSpace(string(text)); got != strings.Join(want, "\n") || result.Notice != notice {
		w.t.Errorf("told\n%s\nwant\n%s\nnotice %q, want %q", got, strings.Join(want, "\n"), result.Notice, notice)
	}
}

const (
	slow       = "build -buildvcs=false -ldflags=-s -w"
	withMold   = slow + " -extldflags=-fuse-ld=mold"
	withGold   = slow + " -extldflags=-fuse-ld=gold"
	probesMold = "gcc -m64 -fuse-ld=mold"
	probesGold = "gcc -m64 -fuse-ld=gold"
)

// One session: what is chosen stays, until it fails where the C compiler's own
// linker does not.
func TestTheFastestLinker(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.b = w.builder()
	w.expectTold(builder.Built, "", slow) // nobody knows yet that Go does not link it
	w.expectTold(builder.Same, "", probesMold, withMold)
	w.expectTold(builder.Same, "", withMold)
	w.write("mistake", "") // the user's own, as both linkers say
	w.expectTold(builder.Failed, "", withMold, slow)
	check(t, os.Remove(filepath.Join(w.recipe.Dir, "mistake")))
	w.expectTold(builder.Same, "", withMold)
	w.write("fails", "")
	w.expectTold(builder.Same, "the program does not link with mold", withMold, slow)
	w.expectTold(builder.Same, "", slow)

	// The next session sees at once what the program is.
	check(t, os.Remove(filepath.Join(w.recipe.Dir, "fails")))
	w.write("takes", "-fuse-ld=gold")
	w.b = w.builder()
	w.expectTold(builder.Same, "", probesMold, probesGold, withGold)
	w.write("takes", "")
	w.b = w.builder()
	w.expectTold(builder.Same, "", probesMold, probesGold, slow)
	w.expectTold(builder.Same, "", slow)
}

func TestWhoLinks(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.b = w.builder()
	w.expectTold(builder.Built, "", slow)
	for _, c := range []struct {
		linker, set, flags string
		debug              bool
		notice             string
		want               []string
	}{
		{want: []string{probesMold, withMold}},
		{linker: "auto", debug: true, want: []string{probesMold, "build -buildvcs=false -ldflags=-extldflags=-fuse-ld=mold"}},
		{linker: "own", want: []string{"gcc -m64 -fuse-ld=own", slow + " -extldflags=-fuse-ld=own"}},
		{linker: "none", notice: "gcc -m64 does not link with none", want: []string{"gcc -m64 -fuse-ld=none", slow}},
		{linker: "default", want: []string{slow}},
		{flags: "-ldflags=-X=a.b=c", want: []string{"build -buildvcs=false -ldflags=-X=a.b=c"}},
		{flags: "-buildmode=pie", want: []string{"build -buildvcs=false -buildmode=pie -ldflags=-s -w"}},
		{set: "GOFLAGS=-ldflags=-s", want: []string{"build -buildvcs=false"}},
		{set: "CGO_LDFLAGS=-O2 -fuse-ld=bfd", want: []string{slow}},
		{set: "GOOS=freebsd", want: []string{slow}},
	} {
		u := *w.project
		u.recipe.Linker, u.recipe.Debug = c.linker, c.debug
		u.recipe.Set = append(u.recipe.Set[:1:1], c.set)
		if c.flags != "" {
			u.recipe.Flags = append(u.recipe.Flags[:1:1], c.flags)
		}
		(&workshop{&u, u.builder()}).expectTold(builder.Same, c.notice, c.want...)
	}
}

// Go's own linker links the C of the standard library, and what it makes of a
// program is not for others.
func TestWhatGoLinksIsLeftToGo(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("go")
	check(t, err)
	w := newWorkshop(t)
	w.result(tool, 0)
	w.b = w.builder()
	w.expectTold(builder.Built, "", slow)
	w.expectTold(builder.Same, "", slow)
}
