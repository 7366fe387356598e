package builder_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// member is a package of a module that random edits are made to.
type member struct {
	name    string
	imports []*member
	lines   int // of comments at the top, which move all else
	number  int // a constant
	factor  int // in a body that is inlined
	fields  int // of the exported type, beside the first
	methods int
	more    int // parameters of F, beside the first
	locals  int // functions that are not exported
	generic bool
	starts  bool   // has an init
	wrong   string // a line that does not compile
}

func (m *member) text() string {
	var s strings.Builder
	fmt.Fprintf(&s, "package %s\n\n", m.name)
	for _, i := range m.imports {
		fmt.Fprintf(&s, "import %q\n", "example.com/corpus/"+i.name)
	}
	s.WriteString(strings.Repeat("// A line.\n", m.lines))
	fmt.Fprintf(&s, "\nconst C = %d\n\nvar V = F(C%s)\n\ntype T struct {\n\tA int\n", m.number, strings.Repeat(", 1", m.more))
	for i := range m.fields {
		fmt.Fprintf(&s, "\tField%d [%d]string\n", i, i+1)
	}
	s.WriteString("}\n\nfunc (t T) M() int { return t.A + C }\n")
	for i := range m.methods {
		fmt.Fprintf(&s, "\nfunc (t *T) Method%d() int { return t.M() * %d }\n", i, i)
	}
	fmt.Fprintf(&s, "\nfunc Inlined(n int) int { return n*%d + 1 }\n", m.factor)
	if m.generic {
		s.WriteString("\nfunc Pick[X int | string](a, b X) X {\n\tif a < b {\n\t\treturn b\n\t}\n\treturn a\n}\n")
	} else {
		s.WriteString("\nfunc Pick[X any](a, b X) X { return b }\n")
	}
	for i := range m.locals {
		fmt.Fprintf(&s, "\n//go:noinline\nfunc local%d(n int) int { return n + %d }\n", i, i*m.factor)
	}
	if m.starts {
		s.WriteString("\nfunc init() { println(V) }\n")
	}
	params := ""
	for i := range m.more {
		params += fmt.Sprintf(", p%d int", i)
	}
	fmt.Fprintf(&s, "\nfunc F(n int%s) int {\n\tsum := n\n", params)
	for i := range m.locals {
		fmt.Fprintf(&s, "\tsum += local%d(n)\n", i)
	}
	for _, i := range m.imports {
		fmt.Fprintf(&s, "\tsum += %[1]s.F(n%[2]s) + %[1]s.Inlined(C) + %[1]s.T{A: n}.M() + %[1]s.Pick(n, %[1]s.V)\n", i.name, strings.Repeat(", sum", i.more))
		for j := range i.methods {
			fmt.Fprintf(&s, "\tsum += (&%s.T{A: n}).Method%d()\n", i.name, j)
		}
	}
	fmt.Fprintf(&s, "%s\treturn sum\n}\n", m.wrong)
	if m.name == "main" {
		s.WriteString("\nfunc main() { println(F(1), Pick(\"a\", \"b\")) }\n")
	}
	return s.String()
}

// mutate changes one thing.
func (m *member) mutate(r *rand.Rand) string {
	kinds := []struct {
		name string
		do   func()
	}{
		{"lines", func() { m.lines = r.IntN(5) }},
		{"a constant", func() { m.number = r.IntN(100) }},
		{"an inlined body", func() { m.factor = r.IntN(50) }},
		{"the fields of a type", func() { m.fields = r.IntN(4) }},
		{"the methods of a type", func() { m.methods = r.IntN(4) }},
		{"functions that are not exported", func() { m.locals = r.IntN(4) }},
		{"a generic function", func() { m.generic = !m.generic }},
		{"an init", func() { m.starts = !m.starts }},
		{"a signature", func() {
			if m.name != "main" {
				m.more = r.IntN(3)
			}
		}},
		{"an error", func() {
			m.wrong = []string{"\tundefined()\n", "\tsum = \"text\"\n", "\tvar unused int\n", "\tsum := )\n", "\tT{}.Missing()\n"}[r.IntN(5)]
		}},
	}
	k := kinds[r.IntN(len(kinds))]
	k.do()
	return k.name
}

// TestCorpus makes as many random edits as GINRELOAD_DIRECT_EDITS says, each of which
// has to give the same program, or the same errors, as with go build.
func TestCorpus(t *testing.T) {
	steps, _ := strconv.Atoi(os.Getenv("GINRELOAD_DIRECT_EDITS"))
	if steps == 0 || runtime.GOOS != "linux" {
		t.Skip("set GINRELOAD_DIRECT_EDITS=300 to try as many random edits")
	}
	seed := uint64(os.Getpid())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var members []*member
	for i, name := range []string{"a", "b", "c", "d", "e", "main"} {
		m := &member{name: name, number: i, factor: i, generic: i%2 == 0}
		for _, other := range members {
			if name == "main" || r.IntN(2) == 0 {
				m.imports = append(m.imports, other)
			}
		}
		members = append(members, m)
	}
	p := newProject(t, "")
	p.write("go.mod", "module example.com/corpus\n\ngo 1.25\n")
	write := func() {
		for _, m := range members {
			name := m.name + "/" + m.name + ".go"
			if m.name == "main" {
				name = "cmd/main.go"
			}
			p.write(name, m.text())
		}
	}
	write()
	check(t, os.Remove(p.recipe.Dir+"/main.go"))
	p.recipe.Packages = []string{"./cmd"}
	p.recipe.Direct, p.recipe.Cache = true, t.TempDir()
	b := p.builder()
	defer b.Close()
	b.Hasten()
	p.expect(b, builder.Built)
	check(t, b.Recorded())
	outcomes := make(map[builder.Outcome]int)
	for i := range steps {
		said := ""
		for _, m := range members {
			if m.wrong != "" && r.IntN(3) > 0 {
				m.wrong = ""
				said += m.name + " is right again; "
			}
		}
		for range 1 + r.IntN(3) {
			m := members[r.IntN(len(members))]
			said += m.mutate(r) + " of " + m.name + "; "
		}
		write()
		result, err := b.Build(t.Context())
		check(t, err)
		outcomes[result.Outcome]++
		reference, printed := p.goBuild()
		switch {
		case !result.Direct:
			t.Fatalf("%d, %s: go build was run: %s", i, said, result.Detour)
		case result.Outcome != builder.Failed:
			sameProgram(t, p.recipe.Output, reference)
		case inOrder(result.Output) != inOrder(printed):
			t.Errorf("it printed:\n%s\ngo build:\n%s", result.Output, printed)
		}
		if t.Failed() {
			t.Fatalf("%d: %s", i, said)
		}
	}
	t.Logf("%d edits: %v", steps, outcomes)
}

// inOrder sorts what is said of packages: go build compiles several at once, and
// says what is wrong in the order in which they end.
func inOrder(output string) string {
	blocks := strings.SplitAfter(output, "\n# ")
	for i, block := range blocks {
		blocks[i] = strings.TrimSuffix(strings.TrimPrefix(block, "# "), "\n# ")
		blocks[i] = strings.TrimSuffix(blocks[i], "\n")
	}
	slices.Sort(blocks)
	return strings.Join(blocks, "\n")
}
