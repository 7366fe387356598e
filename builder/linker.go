package builder

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A program with C in it is linked by the system's linker, for longer than
// anything else of a rebuild takes. Some that can be installed beside it are
// faster. Only the flag of cmd/link changes, so that nothing is compiled anew:
// CGO_LDFLAGS, which would do as well, is part of what each cgo package is made of.

// fastLinkers are those that are faster than GNU ld, the fastest first. lld is
// not among them: it needs more processor time than GNU ld for what Go gives to
// it (docs/building.md has figures), and whoever rebuilds needs that elsewhere.
var fastLinkers = []string{"mold", "gold"}

// linking is what is known about how the program is linked.
type linking struct {
	outside bool   // not by Go alone, as far as is known
	asked   string // the C compiler with which name was found; "" is none
	name    string // for -fuse-ld; "" is the C compiler's own
	broken  bool   // it has failed where the C compiler's own has not
}

// linker is what -fuse-ld should name, "" for nothing. A notice says that the
// linker which the recipe names cannot be had.
func (b *Builder) linker(ctx context.Context, env []string, temp string) (name, notice string) {
	l := &b.linking
	// The program tells by whom it was linked. To ask go list before there is one
	// would take longer than one link is faster.
	if l.outside = l.outside || linkedOutside(b.recipe.Output); !l.outside || l.broken || b.recipe.Linker == "default" {
		return "", ""
	}
	settings, err := b.goenv(ctx, env)
	cc, ok := splitWords(settings.CC)
	if err != nil || !ok || len(cc) == 0 || settings.GOOS != "linux" || strings.Contains(settings.CC+settings.CGO_LDFLAGS, "-fuse-ld") {
		return "", ""
	}
	if l.asked == settings.CC {
		return l.name, ""
	}
	l.asked, l.name = settings.CC, ""
	for _, name := range b.linkers() {
		// Where the C compiler looks further it has to be named.
		if b.recipe.Linker != name && lookPath(env, "ld."+name) == "" {
			continue
		}
		if takesLinker(ctx, env, temp, cc, name) {
			l.name = name
			return name, ""
		}
	}
	if ctx.Err() != nil {
		l.asked = ""
	} else if named := b.recipe.Linker; named != "" && named != "auto" {
		notice = fmt.Sprintf("%s does not link with %s", settings.CC, named)
	}
	return "", notice
}

func (b *Builder) linkers() []string {
	if named := b.recipe.Linker; named != "" && named != "auto" {
		return []string{named}
	}
	return fastLinkers
}

// takesLinker has the C compiler link the smallest program with it. A warning
// is a no, as of one that takes the flag for something else.
func takesLinker(ctx context.Context, env []string, temp string, cc []word, name string) bool {
	source := filepath.Join(temp, "probe.c")
	if os.WriteFile(source, []byte("int main(void) { return 0; }\n"), 0o666) != nil {
		return false
	}
	var args []string
	for _, w := range cc[1:] {
		args = append(args, w.text)
	}
	args = append(args, "-fuse-ld="+name, "-o", filepath.Join(temp, "probe"), source)
	compiler := cc[0].text
	if !filepath.IsAbs(compiler) {
		compiler = lookPath(env, compiler)
	}
	cmd := exec.CommandContext(ctx, compiler, args...)
	cmd.Env, cmd.Dir = env, temp
	ran, err := run(ctx, cmd, nil)
	return err == nil && ran.state != nil && ran.state.Success() && ran.output == ""
}

// linkedOutside finds in a program what C compilers add to each: Go's own linker
// makes no section of that name, with packages such as net either, whose C it
// links itself.
func linkedOutside(program string) bool {
	f, err := elf.Open(program)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Section(".init") != nil || f.Section(".init_array") != nil
}

// linkFailed knows what cmd/link says of a linker that did not succeed.
func linkFailed(line string) bool {
	_, after, ok := strings.Cut(line, "link: running ")
	return ok && strings.Contains(after, " failed: ")
}

// goBuild runs go build, with a fast linker if there is one. If that does not
// link what the C compiler's own does, it is not used any more.
func (b *Builder) goBuild(ctx context.Context, env []string, temp string, left room, args func(linker string) []string) (ran finished, notice string, err error) {
	name := ""
	if left.link {
		name, notice = b.linker(ctx, env, temp)
	}
	ran, err = b.command(ctx, env, b.early.listen(), b.tool, args(name)...)
	if name == "" || err != nil || ran.state == nil || ran.state.Success() || machineTrouble(ran) != nil ||
		!slices.ContainsFunc(strings.Split(ran.output, "\n"), linkFailed) {
		return ran, notice, err
	}
	again, err := b.command(ctx, env, b.early.listen(), b.tool, args("")...)
	again.elapsed += ran.elapsed
	if err == nil && again.state != nil && again.state.Success() {
		b.linking.broken = true
		notice = "the program does not link with " + name
	}
	return again, notice, err
}
