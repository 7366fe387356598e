package watcher

import (
	"path/filepath"
	"sync/atomic"
	"testing"
)

// What comes into view is told of, what goes out of sight is not, and from then
// on the new answers hold.
func TestReconsider(t *testing.T) { eachOrigin(t, reconsider) }

func reconsider(t *testing.T, on origin) {
	var ignored atomic.Value
	ignored.Store("dist")
	r := on.watch(t, files{"main.go": "1", "dist/deep/a": "1", "data/b": "1", "page": "1"}, func(o *Options) {
		o.Ignore = func(path string, _ bool) bool { return filepath.Base(path) == ignored.Load() }
	})
	expect := func(want string) {
		t.Helper()
		if got := r.show(r.next()); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		r.expectNothing()
	}
	r.write("dist/deep/a", "2")
	r.write("main.go", "2")
	expect("write main.go")

	ignored.Store("data")
	r.w.Reconsider()
	expect("create dist/deep/a")
	r.write("data/b", "2")
	r.write("dist/deep/a", "3")
	expect("write dist/deep/a")

	ignored.Store("page")
	r.w.Reconsider()
	expect("create data/b")
	r.write("data/b", "3")
	expect("write data/b")
}

// What was not told of yet when the watcher looks again is not lost.
func TestReconsiderLosesNothing(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		r := on.watch(t, files{"a": "1", "sub/b": "1", "gone": "1", "old/c": "1"})
		r.write("a", "2")
		r.remove("old")
		r.w.Reconsider()
		r.write("sub/b", "2")
		r.w.Reconsider()
		r.remove("gone")
		got := r.next()
		for len(got.Changes) < 4 {
			got = got.Merge(r.next())
		}
		if want := "write a, remove gone, remove old/c, write sub/b"; r.show(got) != want {
			t.Errorf("got  %s\nwant %s", r.show(got), want)
		}
	})
}
