package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		share  float64
		want   float64
	}{
		{[]float64{7}, 0.25, 7},
		{[]float64{3, 1}, 0.5, 2},
		{[]float64{5, 1, 3}, 0.5, 3},
		{[]float64{4, 1, 3, 2}, 0.25, 1.75},
		{[]float64{4, 1, 3, 2}, 1, 4},
	} {
		if got := quantile(c.values, c.share); got != c.want {
			t.Errorf("quantile(%v, %v) = %v, want %v", c.values, c.share, got, c.want)
		}
	}
}

// report is of a contest that modd did not finish.
func report() *Report {
	results := []Result{{Tool: "loop"}, {Tool: "air"}, {Tool: "ginreload --x=<y>"}, {Tool: "modd", Error: "no <answer> & more"}}
	for _, ms := range []time.Duration{900, 1000, 5000, 1100} {
		results[0].add(turn{ms * time.Millisecond, 10, 1, 2 * time.Second, 3e6})
	}
	for _, ms := range []time.Duration{2500, 2000, 2100} {
		results[1].add(turn{ms * time.Millisecond, 10, 0, time.Second, 2e6})
	}
	results[2].add(turn{700 * time.Millisecond, 10, 0, time.Second, 1e6})
	results[3].add(turn{90 * time.Second, 10, 0, time.Second, 1e6})
	contest := Contest{Program: "gin", Title: "Gin & co", Packages: 312, Results: results}
	contest.compare()
	return &Report{Go: "go1.26", CPUs: 2, Saves: 4, Contests: []Contest{contest}}
}

func TestRatiosAreThoseOfTheMedians(t *testing.T) {
	t.Parallel()
	results := report().Contests[0].Results
	if r := results[0]; r.Median != 1050 || r.Min != 900 || r.Max != 5000 || r.ToAir != 0.5 || r.ToLoop != 1 || r.Failed != 4 || r.Requests != 40 {
		t.Errorf("loop: %+v", r)
	}
	if r := results[2]; r.ToAir != 700.0/2100 || r.ToLoop != 700.0/1050 {
		t.Errorf("ginreload: %+v", r)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	const want = `4 saves each, go1.26, 2 CPUs

gin: Gin & co (312 packages)

| tool              |  median | middle half | to Air | to the loop | failed requests | CPU per save |        peak memory |
|-------------------|--------:|------------:|-------:|------------:|----------------:|-------------:|-------------------:|
| loop              | 1050 ms |    975–2075 |   0.50 |        1.00 |         4 of 40 |       2.00 s |               3 MB |
| air               | 2100 ms |   2050–2300 |   1.00 |        2.00 |         0 of 30 |       1.00 s |               2 MB |
| ginreload --x=<y> |  700 ms |     700–700 |   0.33 |        0.67 |         0 of 10 |       1.00 s |               1 MB |
| modd              |       – |           – |      – |           – |               – |            – | no <answer> & more |
`
	var got bytes.Buffer
	if err := printTables(&got, report()); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	empty := Report{Contests: []Contest{{Results: []Result{{Tool: "air", Error: "no answer"}}}}}
	for name, r := range map[string]*Report{"full": report(), "empty": {}, "nobody answered": &empty} {
		decoder := xml.NewDecoder(bytes.NewReader(plot(r)))
		var text strings.Builder
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, plot(r))
			}
			if data, ok := token.(xml.CharData); ok {
				text.Write(data)
				text.WriteByte('\n')
			}
		}
		if name != "full" {
			continue
		}
		for _, want := range []string{"Gin & co", "312 packages", "ginreload --x=<y>", "1.05 s", "700 ms", "no answer"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%q is not in the picture:\n%s", want, text.String())
			}
		}
	}
}

func TestPlotCutsWhatWouldDwarfTheRest(t *testing.T) {
	t.Parallel()
	results := []Result{{Tool: "a", Saves: []float64{100}}, {Tool: "b", Saves: []float64{120}}, {Tool: "c", Saves: []float64{9000}}}
	contest := Contest{Results: results}
	contest.compare()
	if got := scale(contest.Results); got != 240 {
		t.Errorf("the right edge is %v ms", got)
	}
	picture := string(plot(&Report{Contests: []Contest{contest}}))
	if strings.Count(picture, `class="cut"`) != 1 || strings.Count(picture, `class="spread"`) != 2 {
		t.Errorf("one bar of three has to be cut:\n%s", picture)
	}
}

// Compiling it takes too long here, but listing tells as much about imports.
func TestManyPackages(t *testing.T) {
	t.Parallel()
	if !greeting.MatchString(manyFiles()[manyEdited]) {
		t.Errorf("%s has no greeting", manyEdited)
	}
	dir := t.TempDir()
	if err := writeMany(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{$.ImportPath}} {{$.Deps}}{{end}}", ".")
	list.Dir = dir
	out, err := list.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	all, reached := 0, 0
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "many") {
			all++
		}
		if strings.Contains(line, "many/layer2/p07") {
			reached++ // the package itself, or one that depends on it
		}
	}
	if all != manyLayers*manyWide+1 || reached != 26 {
		t.Errorf("the program has %d packages, of which an edit reaches %d", all, reached)
	}
}

func TestSaveChangesTheCopyOnly(t *testing.T) {
	t.Parallel()
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	original := filepath.Join(root, "examples", "gin", "main.go")
	before, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gin", "examples/supervised"} {
		p, err := findProgram(name, root)
		if err != nil {
			t.Fatal(err)
		}
		w, err := newWorkspace(t.Context(), p, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.save("hello, test"); err != nil {
			t.Fatal(err)
		}
		saved, err := os.ReadFile(filepath.Join(w.folder, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(saved, []byte(`const greeting = "hello, test"`)) {
			t.Errorf("saved:\n%s", saved)
		}
		mod, err := os.ReadFile(filepath.Join(w.folder, "..", "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(mod, []byte(modulePath+" => "+root)) {
			t.Errorf("go.mod of the copy:\n%s", mod)
		}
	}
	if after, err := os.ReadFile(original); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the original has changed (%v)", err)
	}
}

func TestPeersAreKnown(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-air", filepath.Join(t.TempDir(), "air")}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range o.tools[1:] {
		if _, err := peer(t.Context(), name, o.air); err != nil && !errors.Is(err, errMissing) {
			t.Error(err)
		}
	}
	_, err = peer(t.Context(), "air", o.air)
	if !errors.Is(err, errMissing) || !strings.Contains(err.Error(), "go install github.com/air-verse/air@v") {
		t.Errorf("of a tool that is not there: %v", err)
	}
	if _, err := peer(t.Context(), "make", ""); err == nil || errors.Is(err, errMissing) {
		t.Errorf("of a tool that nobody knows: %v", err)
	}
}
