package builder_test

import (
	"fmt"
	"testing"

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
