package supervisor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	binary := stat() // of this test, which an upgrade would start
	const s, ms = time.Second, time.Millisecond
	for _, c := range []struct {
		name     string
		failures int
		longest  time.Duration
		want     time.Duration // the pause, 0 for none
	}{
		{"none", 0, 30 * s, 0},
		{"one", 1, 30 * s, 0},
		{"two", 2, 30 * s, 0},
		{"three", 3, 30 * s, s},
		{"four", 4, 30 * s, 1500 * ms},
		{"five", 5, 30 * s, 2250 * ms},
		{"eleven", 11, 30 * s, 25628906250 * time.Nanosecond},
		{"twelve", 12, 30 * s, 30 * s},
		{"a hundred", 100, 30 * s, 30 * s},
		{"very many", 1000, 30 * s, 30 * s},
		{"a short limit", 5, 200 * ms, 200 * ms},
		{"no pause", 50, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var b backoff
			now := time.Unix(1e9, 0)
			last := errors.New("the last one")
			for range c.failures {
				b.failed(binary, last, now, c.longest)
			}
			if c.want > 0 {
				var err *BackoffError
				if !errors.As(b.refuses(now.Add(c.want-1)), &err) {
					t.Fatalf("not refused after %v", c.want-1)
				}
				if err.Failures != c.failures || !err.Until.Equal(now.Add(c.want)) || !errors.Is(err, last) {
					t.Errorf("%+v", err)
				}
			}
			if err := b.refuses(now.Add(c.want)); err != nil {
				t.Errorf("refused after %v: %v", c.want, err)
			}
		})
	}
}

func TestBackoffIsOfOneBinary(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	ours, another := stat(), info(t, t.TempDir())
	for _, c := range []struct {
		name    string
		failed  []fs.FileInfo
		refuses bool
	}{
		{"the same one", []fs.FileInfo{ours, ours, ours}, true},
		{"another one stood there", []fs.FileInfo{another, another, another}, false},
		{"another one failed before", []fs.FileInfo{another, another, ours}, false},
		{"another one failed between", []fs.FileInfo{ours, ours, another, ours}, false},
	} {
		var b backoff
		for _, binary := range c.failed {
			b.failed(binary, errNowhere, now, time.Minute)
		}
		if err := b.refuses(now); (err != nil) != c.refuses {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestBackoffKnowsABinaryAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(path string) error
		same bool
	}{
		{"nothing", func(string) error { return nil }, true},
		{"other permissions", func(path string) error { return os.Chmod(path, 0o700) }, true},
		{"written again", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1e9, 0)) }, false},
		{"longer at the same time", func(path string) error {
			at, err := os.Stat(path)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(path, []byte("longer"), 0o600), os.Chtimes(path, time.Time{}, at.ModTime()))
		}, false},
		{"another file of the same size and time", func(path string) error {
			at, err := os.Stat(path)
			if err != nil {
				return err
			}
			next := path + ".next"
			return errors.Join(os.WriteFile(next, []byte("v2"), 0o600), os.Chtimes(next, time.Time{}, at.ModTime()), os.Rename(next, path))
		}, false},
	} {
		path := filepath.Join(t.TempDir(), "app")
		if err := os.WriteFile(path, []byte("v1"), 0o600); err != nil {
			t.Fatal(err)
		}
		b := backoff{binary: info(t, path)}
		if err := c.do(path); err != nil {
			t.Fatal(err)
		}
		if got := b.same(info(t, path)); got != c.same {
			t.Errorf("%s: the same: %t", c.name, got)
		}
		if b.same(nil) {
			t.Errorf("%s: no file is the same", c.name)
		}
	}
}

func info(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	at, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestBackoffSaysWhatToDo(t *testing.T) {
	err := &BackoffError{3, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), errors.New("it exited")}
	for _, want := range []string{"failed 3 times in a row", "from 03:04:05 on", "replace it, or wait", "last time: it exited"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
}
