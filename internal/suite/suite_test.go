//go:build unix

package suite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/ginreload/ginreload/internal/proc"
)

// The test binary is the guard of the tests' sessions.
const guardEnv = "SUITE_TEST_GUARD"

func TestMain(m *testing.M) {
	if os.Getenv(guardEnv) != "" {
		proc.RunGuard(os.Stdin, os.Args[1], os.Args[2])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

const module = `
-- go.mod --
module example.com/shop
go 1.25
-- price/price.go --
package price

func Of(n int) int { return 2 * n }
-- price/price_test.go --
package price

import "testing"

func TestOf(t *testing.T) {
	t.Log("asks for 2")
	t.Run("two", func(t *testing.T) {
		if got := Of(2); got != 4 {
			t.Errorf("two cost %d", got)
		}
	})
}

func TestFine(t *testing.T) { t.Log("is fine") }
-- cart/cart.go --
package cart

import "example.com/shop/price"

func Sum() int { return price.Of(1) + price.Of(2) }
-- cart/cart_test.go --
package cart

import "testing"

func TestSum(t *testing.T) {
	if Sum() != 6 {
		panic("out of balance")
	}
}
-- other/other.go --
package other
-- other/other_test.go --
package other

import "testing"

func TestOther(t *testing.T) { t.Error("nobody asked") }
`

func newSuite(t *testing.T) Suite {
	t.Setenv(guardEnv, "1")
	session, err := proc.Open([]string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(module)).Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	return Suite{Session: session, Dir: dir}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func (s Suite) change(t *testing.T, name, text string) Report {
	t.Helper()
	file := filepath.Join(s.Dir, name)
	if text != "" {
		write(t, file, text)
	}
	report, err := s.Run(t.Context(), os.Environ(), []string{file})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestRun(t *testing.T) {
	s := newSuite(t)
	if r := s.change(t, "price/price.go", ""); !r.OK() || r.Packages != 2 || r.Output != "" {
		t.Errorf("all is well, but: %+v", r)
	}
	if r := s.change(t, "price/price.go", ""); r.Cached != 2 {
		t.Errorf("nothing has changed, but %d of 2 came from the cache", r.Cached)
	}

	r := s.change(t, "price/price.go", "package price\n\nfunc Of(n int) int { return 3 * n }\n")
	if got := strings.Join(r.Failed, " "); got != "example.com/shop/cart example.com/shop/price" {
		t.Errorf("failed: %s", got)
	}
	if got := strings.Join(r.Tests, " "); got != "example.com/shop/cart.TestSum example.com/shop/price.TestOf/two" {
		t.Errorf("tests: %s", got)
	}
	for _, want := range []string{"--- FAIL: TestOf/two (0.00s)\n    ./price/price_test.go:9: two cost 6\n", "asks for 2", "panic: out of balance", "cart_test.go:7"} {
		if !strings.Contains(r.Output, want) {
			t.Errorf("no %q in\n%s", want, r.Output)
		}
	}
	for _, wrong := range []string{"=== RUN", "is fine", "{\"", "nobody asked"} {
		if strings.Contains(r.Output, wrong) {
			t.Errorf("%q in\n%s", wrong, r.Output)
		}
	}

	r = s.change(t, "price/price_test.go", "package price\n\nimport \"testing\"\n\nfunc TestOf(t *testing.T) { nothing }\n")
	if len(r.Failed) != 2 || !strings.Contains(r.Output, "price/price_test.go:5:29: undefined: nothing") {
		t.Errorf("does not compile: %+v", r)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	s := newSuite(t)
	ctx, cancel := context.WithCancel(t.Context())
	began := filepath.Join(s.Dir, "began")
	write(t, filepath.Join(s.Dir, "other", "other_test.go"), `package other

import (
	"os"
	"testing"
)

func TestOther(t *testing.T) {
	os.WriteFile(os.Getenv("BEGAN"), nil, 0o666)
	select {}
}
`)
	if err := syscall.Mkfifo(began, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		if f, err := os.Open(began); err == nil { // which waits until somebody opens it to write
			f.Close()
		}
		cancel()
	}()
	_, err := s.Run(ctx, append(os.Environ(), "BEGAN="+began), []string{filepath.Join(s.Dir, "other", "other.go")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestRunSaysWhatIsWrongWithTheModule(t *testing.T) {
	s := newSuite(t)
	write(t, filepath.Join(s.Dir, "go.mod"), "nonsense\n")
	_, err := s.Run(t.Context(), os.Environ(), []string{filepath.Join(s.Dir, "go.mod")})
	if err == nil || !strings.Contains(err.Error(), "unknown directive: nonsense") {
		t.Errorf("says %v", err)
	}
}
