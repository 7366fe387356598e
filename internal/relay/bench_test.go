package relay

import (
	"io"
	"net/http"
	"testing"
)

// What a request costs on a connection that was taken, next to one of its own,
// with everything in one process.
func BenchmarkRequest(b *testing.B) {
	for _, way := range []string{"direct", "relayed"} {
		b.Run(way, func(b *testing.B) {
			bench := newBench(b)
			g := bench.serve(nil)
			c := bench.connect()
			if way == "direct" {
				c = connect(b, g.ln.Addr())
			}
			b.ReportAllocs()
			for b.Loop() {
				c.get()
			}
		})
	}
}

// What a large body costs.
func BenchmarkDownload(b *testing.B) {
	for _, way := range []string{"direct", "relayed"} {
		b.Run(way, func(b *testing.B) {
			bench := newBench(b)
			block := make([]byte, 16<<20)
			g := bench.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(block) }))
			c := bench.connect()
			if way == "direct" {
				c = connect(b, g.ln.Addr())
			}
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				c.send(get)
				res, err := http.ReadResponse(c.in, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a move costs: a request that dials anew, each time.
func BenchmarkMove(b *testing.B) {
	bench := newBench(b)
	bench.serve(nil)
	c := bench.connect()
	for b.Loop() {
		bench.Replaced()
		c.get()
	}
}
