package builder_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// shop is a module of some packages that see each other in different ways.
var shop = map[string]string{
	"go.mod": "module example.com/shop\n\ngo 1.25\n",
	"main.go": `package main

import (
	"example.com/shop/cart"
	"example.com/shop/price"
	"example.com/shop/web"
)

const greeting = "hello"

func main() {
	println(greeting, price.Tax(100), cart.Total(3), web.Answer())
}
`,
	"price/price.go": `package price

// Net is small enough to be inlined.
func Net(n int) int { return n + 1 }

type Amount struct {
	Cents int
}

func (a Amount) Double() int { return a.Cents * 2 }

type Doubler interface{ Double() int }

func Max[T int | string](a, b T) T {
	if a > b {
		return a
	}
	return b
}

var Start = begin()

func begin() int { println("price begins"); return 1 }
`,
	"price/tax.go": `package price

//go:noinline
func Tax(n int) int {
	return n * 19 / 100
}
`,
	"cart/cart.go": `package cart

import "example.com/shop/price"

var Items = price.Start + 1

func Total(n int) int {
	var d price.Doubler = price.Amount{Cents: n}
	return price.Net(n) + d.Double() + price.Max(n, Items)
}
`,
	"web/web.go": `package web

import (
	_ "embed"

	"example.com/shop/cart"
)

//go:embed page.txt
var page string

func Answer() string { return page + string(rune('a'+cart.Total(1)%26)) }
`,
	"web/page.txt":  "a page",
	"web/notes.txt": "not embedded",
}

// An edit replaces something in a file, or writes a file if old is empty.
type edit struct {
	name, file, old, new string
	want                 string // direct, detour, same, failed; a detour is one through go build
}

// edits follow each other.
var edits = []edit{
	{"a constant", "main.go", `"hello"`, `"good day"`, "direct"},
	{"a body", "price/tax.go", "n * 19 / 100", "n*7/100 + 1", "direct"},
	{"a body that is inlined elsewhere", "price/price.go", "return n + 1 }", "return n + 22 }", "direct"},
	{"a comment at the end", "price/tax.go", "+ 1\n}\n", "+ 1\n}\n// Bye.\n", "same"},
	{"a type error", "price/tax.go", "n*7/100", "n*seven/100 + \"x\"", "failed"},
	{"the type is right again", "price/tax.go", "n*seven/100 + \"x\"", "n*7/100", "same"},
	{"an import", "cart/cart.go", "import \"example.com/shop/price\"", "import (\n\t\"example.com/shop/price\"\n\t\"strconv\"\n)\n\nvar Text = strconv.Itoa(3)", "detour"},
	{"a body after an import", "cart/cart.go", "Itoa(3)", "Itoa(4)", "direct"},
}

// moreEdits follow them if GINRELOAD_DIRECT_EDITS is set.
var moreEdits = []edit{
	{"lines that move exported functions", "price/price.go", "// Net", "// Here\n// is\n\n// Net", "direct"},
	{"a field of an exported type", "price/price.go", "Cents int\n", "Currency string\n\tCents int\n", "direct"},
	{"a method", "price/price.go", "type Doubler", "func (a Amount) String() string { return \"amount\" }\n\ntype Doubler", "direct"},
	{"a wider interface", "price/price.go", "Double() int }", "Double() int; String() string }", "same"},
	{"a generic body", "price/price.go", "if a > b", "if b < a && a != b", "direct"},
	{"the order of initialization", "cart/cart.go", "price.Start + 1\n", "other() + price.Start\n\nvar first = price.Start * 2\n\nfunc other() int { println(\"other\"); return first }\n", "direct"},
	{"a new function and its use", "cart/cart.go", "func other()", "func Fresh() int { return len(\"fresh\") }\n\nfunc other()", "direct"},
	{"another type error", "price/tax.go", "n*7/100", "n*seven/100 + \"x\"", "failed"},
	{"a type error in another package too", "web/web.go", "cart.Total(1)", "cart.Total()", "failed"},
	{"half of it back", "price/tax.go", "n*seven/100 + \"x\"", "n*7/100", "failed"},
	{"all of it back", "web/web.go", "cart.Total()", "cart.Total(2)", "direct"},
	{"an exported signature", "price/tax.go", "Tax(n int)", "Tax(n int, more ...int)", "direct"},
	{"an exported signature with a user that does not fit", "price/tax.go", "Tax(n int, more ...int)", "Tax(n string)", "failed"},
	{"and back", "price/tax.go", "Tax(n string)", "Tax(n int)", "direct"},
	{"what is embedded", "web/page.txt", "a page", "another page", "direct"},
	{"what is not embedded", "web/notes.txt", "not", "still not", "same"},
	{"a syntax error", "cart/cart.go", "func Fresh() int {", "func Fresh() int {{", "failed"},
	{"the syntax is right again", "cart/cart.go", "{{", "{", "same"},
	{"an import that is nowhere", "cart/cart.go", "\"strconv\"", "\"strconv\"\n\t_ \"example.com/shop/nowhere\"", "detour failed"},
	{"without it", "cart/cart.go", "\n\t_ \"example.com/shop/nowhere\"", "", "same"},
	{"a new file", "cart/more.go", "", "package cart\n\nfunc init() { println(\"more\") }\n", "detour"},
	{"a test file", "cart/more_test.go", "", "package cart\n", "same"},
	{"a build constraint", "cart/more.go", "package cart", "//go:build never\n\npackage cart", "detour"},
	{"a file that is left out", "cart/more.go", "more", "even more", "same"},
	{"a directive", "price/tax.go", "//go:noinline", "//go:uintptrescapes", "detour same"},
	{"a directive that nobody knows", "web/web.go", "%26)) }\n", "%26)) }\n\n//go:unknown\n", "detour same"},
	{"a setting of the runtime", "main.go", "package main", "//go:debug panicnil=1\npackage main", "detour"},
	{"the language", "go.mod", "go 1.25", "go 1.24", "detour"},
	{"a constant at last", "main.go", "good day", "bye", "direct"},
}

func TestDirect(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("programs that are not ELF files are left to go build")
	}
	p := newProject(t, "")
	for name, text := range shop {
		if text != "" {
			p.write(name, text)
		}
	}
	p.recipe.Direct, p.recipe.Cache = true, t.TempDir()
	b := p.builder()
	t.Cleanup(b.Close)
	b.Hasten()
	p.expect(b, builder.Built)
	check(t, b.Recorded())
	all := edits
	if os.Getenv("GINRELOAD_DIRECT_EDITS") != "" {
		all = slices.Concat(edits, moreEdits)
	}
	for _, e := range all {
		if !t.Run(e.name, func(t *testing.T) { p.at(t).change(e).compare(b, e.want) }) {
			break
		}
	}
}

// A build does not wait for a recording, and Close ends one.
func TestBuildBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "one"))
	p.recipe.Direct = true
	b := p.builder()
	defer b.Close()
	p.expect(b, builder.Built)
	p.write("main.go", fmt.Sprintf(hello, "two"))
	if result := p.expect(b, builder.Built); result.Direct || result.Detour != "" {
		t.Errorf("direct is %v, detour %q: there was no record", result.Direct, result.Detour)
	}
}

// Flags that are not understood are not tried.
func TestFlagsForGoBuildAlone(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"-race", "-v", "-gcflags=-m", "-buildvcs=true", "-toolexec=time", "-a"} {
		p := newProject(t, fmt.Sprintf(hello, "one"))
		p.recipe.Direct = true
		p.recipe.Flags = []string{flag}
		b := p.builder()
		b.Hasten()
		if err := b.Record(); err == nil {
			t.Errorf("with %s, a record is made", flag)
		}
		b.Close()
	}
}

// A package with cgo is left to go build, and all others around it are not.
func TestDirectBesideCgo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcc"); err != nil || os.Getenv("GINRELOAD_DIRECT_EDITS") == "" || runtime.GOOS != "linux" {
		t.Skip("set GINRELOAD_DIRECT_EDITS=1 to link with gcc")
	}
	linkers := []string{"default"}
	if _, err := exec.LookPath("ld.mold"); err == nil {
		linkers = append(linkers, "mold")
	}
	for _, linker := range linkers {
		t.Run(linker, func(t *testing.T) { directBesideCgo(t, linker) })
	}
}

func directBesideCgo(t *testing.T, linker string) {
	p := newProject(t, "package main\n\nimport \"example.com/app/c\"\n\nfunc main() { println(\"one\", c.Sum(1)) }\n")
	p.write("c/c.go", "package c\n\n// int sum(int n) { return n + 1; }\nimport \"C\"\n\nfunc Sum(n int) int { return int(C.sum(C.int(n))) }\n")
	p.recipe.Direct, p.recipe.Cache, p.recipe.Linker = true, t.TempDir(), linker
	p.recipe.Set = []string{"CGO_ENABLED=1"}
	b := p.builder()
	t.Cleanup(b.Close)
	b.Hasten()
	p.expect(b, builder.Built)
	check(t, b.Recorded())
	for _, e := range []edit{
		{"beside", "main.go", "one", "two", "direct"},
		{"in Go", "c/c.go", "C.int(n)", "C.int(n+1)", "detour"},
		{"in C", "c/c.go", "n + 1", "n + 2", "detour"},
		{"beside again", "main.go", "two", "three", "direct"},
	} {
		if !t.Run(e.name, func(t *testing.T) { p.at(t).change(e).compare(b, e.want) }) {
			break
		}
	}
}

func TestDirectWithFlags(t *testing.T) {
	t.Parallel()
	if os.Getenv("GINRELOAD_DIRECT_EDITS") == "" || runtime.GOOS != "linux" {
		t.Skip("set GINRELOAD_DIRECT_EDITS=1 to try flags of go build")
	}
	for _, flags := range [][]string{
		{"-trimpath"},
		{"-ldflags=-X 'main.version=1 (two)' -w", "-tags", "one,two", "-p=1"},
		{"-gcflags=all=-N -l", "-ldflags=-compressdwarf=false", "-buildvcs=false"},
	} {
		p := newProject(t, "package main\n\nimport \"example.com/app/part\"\n\nvar version string\n\nfunc main() { println(version, part.Part(), \"one\") }\n")
		p.write("part/part.go", "package part\n\nfunc Part() string { return \"nothing\" }\n")
		p.recipe.Direct, p.recipe.Flags = true, flags
		b := p.builder()
		t.Cleanup(b.Close)
		b.Hasten()
		p.expect(b, builder.Built)
		check(t, b.Recorded())
		p.change(edit{"", "main.go", "one", "two", ""}).compare(b, "direct")
		p.change(edit{"", "part/part.go", "nothing", "something", ""}).compare(b, "direct")
	}
}

// at is the project in a subtest.
func (p *project) at(t *testing.T) *project {
	q := *p
	q.t = t
	return &q
}

func (p *project) change(e edit) *project {
	p.t.Helper()
	text := e.new
	if e.old != "" {
		before, err := os.ReadFile(filepath.Join(p.recipe.Dir, e.file))
		check(p.t, err)
		text = strings.Replace(string(before), e.old, e.new, 1)
		if text == string(before) {
			p.t.Fatalf("%s does not hold %q", e.file, e.old)
		}
	}
	p.write(e.file, text)
	return p
}

// compare builds as the Builder does and as go build does, and expects the same.
func (p *project) compare(b *builder.Builder, want string) {
	p.t.Helper()
	result, err := b.Build(deadline(p.t))
	check(p.t, err)
	got := "direct"
	switch {
	case result.Detour != "":
		got = "detour"
	case !result.Direct:
		got = "go build"
	case result.Outcome == builder.Same:
		got = "same"
	}
	if got == "detour" && result.Outcome == builder.Same {
		got = "detour same"
	}
	if result.Outcome == builder.Failed {
		got = strings.TrimPrefix(got+" failed", "direct ")
	}
	if got != want {
		p.t.Fatalf("it was %s, want %s; outcome %v, detour %q; output:\n%s", got, want, result.Outcome, result.Detour, result.Output)
	}
	reference, printed := p.goBuild()
	if result.Outcome == builder.Failed {
		if result.Output != printed {
			p.t.Errorf("it printed:\n%s\ngo build:\n%s", result.Output, printed)
		}
		return
	}
	if printed != "" {
		p.t.Fatalf("go build: %s", printed)
	}
	sameProgram(p.t, p.recipe.Output, reference)
	if strings.HasPrefix(got, "detour") {
		check(p.t, b.Recorded())
	}
}

// goBuild builds the same elsewhere.
func (p *project) goBuild() (program, printed string) {
	p.t.Helper()
	program = filepath.Join(p.t.TempDir(), "app")
	ldflags := "-ldflags=-s -w"
	if p.recipe.Linker == "mold" {
		ldflags += " -extldflags=-fuse-ld=mold"
	}
	args := append([]string{"build", "-buildvcs=false", ldflags}, p.recipe.Flags...)
	args = append(append(args, "-o", program), p.recipe.Packages...)
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = p.recipe.Dir, append(os.Environ(), p.recipe.Set...)
	out, err := cmd.CombinedOutput()
	if err == nil || len(out) > 0 {
		return program, string(out)
	}
	p.t.Fatal(err)
	return "", ""
}

// sameProgram compares two programs but for what build IDs are made of. The last
// part of the ID, which is the same only if all else is, is compared.
func sameProgram(t testing.TB, a, b string) {
	t.Helper()
	x, idX := withoutIDs(t, a)
	y, idY := withoutIDs(t, b)
	if contentX, contentY := lastPart(idX), lastPart(idY); contentX != contentY || contentX == "" {
		t.Errorf("build IDs are %s and %s", idX, idY)
	}
	if !bytes.Equal(x, y) {
		at := 0
		for at < min(len(x), len(y)) && x[at] == y[at] {
			at++
		}
		t.Errorf("programs of %d and %d bytes differ at byte %d", len(x), len(y), at)
	}
}

func lastPart(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

func withoutIDs(t testing.TB, path string) ([]byte, string) {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	f, err := elf.NewFile(bytes.NewReader(text))
	check(t, err)
	note, err := f.Section(".note.go.buildid").Data()
	check(t, err)
	id := bytes.TrimRight(note[16:], "\x00")
	if s := f.Section(".note.gnu.build-id"); s != nil {
		clear(text[s.Offset+16 : s.Offset+s.Size])
	}
	return bytes.ReplaceAll(text, id, []byte(fmt.Sprintf("%*s", len(id), ""))), string(id)
}
