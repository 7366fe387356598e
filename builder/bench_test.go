package builder_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/builder"
)

func BenchmarkBuild(b *testing.B) {
	b.Run("nothing changed", func(b *testing.B) {
		p := newProject(b, fmt.Sprintf(hello, "x"))
		maker := p.builder()
		p.expect(maker, builder.Built)
		for b.Loop() {
			p.expect(maker, builder.Same)
		}
	})
	b.Run("one line changed", func(b *testing.B) {
		p := newProject(b, fmt.Sprintf(hello, "x"))
		maker := p.builder()
		p.expect(maker, builder.Built)
		n := 0
		for b.Loop() {
			n++
			// Unlike anything in go's cache from an earlier run.
			p.write("main.go", fmt.Sprintf(hello, fmt.Sprint(p.scratch, n)))
			p.expect(maker, builder.Built)
		}
	})
}

// BenchmarkEdit compares what an edit of the Gin example takes with go build and
// without it, in turn, so that whatever else the machine does hits both.
func BenchmarkEdit(b *testing.B) {
	source, err := filepath.Abs("../examples")
	check(b, err)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(source, name))
		check(b, err)
		return string(text)
	}
	main := read("gin/main.go")
	both := make(map[bool]*project)
	makers := make(map[bool]*builder.Builder)
	for _, direct := range []bool{false, true} {
		p := newProject(b, main)
		p.write("go.mod", strings.Replace(read("go.mod"), "=> ../", "=> "+filepath.Dir(source), 1))
		p.write("go.sum", read("go.sum"))
		p.recipe.Direct, p.recipe.Cache = direct, b.TempDir()
		both[direct], makers[direct] = p, p.builder()
		defer makers[direct].Close()
		makers[direct].Hasten()
		p.expect(makers[direct], builder.Built)
	}
	check(b, makers[true].Recorded())
	took := make(map[bool]time.Duration)
	n := 0
	for b.Loop() {
		n++
		for _, direct := range []bool{n%2 == 0, n%2 != 0} {
			p := both[direct]
			p.write("main.go", strings.Replace(main, "version 1", fmt.Sprint("version ", p.scratch, n), 1))
			result := p.expect(makers[direct], builder.Built)
			if result.Direct != direct {
				b.Fatalf("direct is %v: %s", result.Direct, result.Detour)
			}
			took[direct] += result.Elapsed
		}
	}
	b.ReportMetric(float64(took[false].Milliseconds())/float64(n), "ms/go-build")
	b.ReportMetric(float64(took[true].Milliseconds())/float64(n), "ms/direct")
	b.ReportMetric(float64(took[true])/float64(took[false]), "ratio")
}
