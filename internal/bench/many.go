package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The generated program has layers of packages, each of which imports three of
// the layer below, so that an edit in the middle reaches some of each layer
// above: 26 packages are compiled anew.
const (
	manyLayers = 6
	manyWide   = 50
	manyEdited = "layer2/p07/handler.go"
)

// writeMany needs no module but the standard library.
func writeMany(_ context.Context, dir string) error {
	for path, text := range manyFiles() {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manyFiles returns the text of each file by its path with slashes.
func manyFiles() map[string]string {
	files := map[string]string{"go.mod": "module many\n\ngo 1.25.0\n", manyEdited: manyHandler}
	var imports, sum strings.Builder
	for layer := range manyLayers {
		for i := range manyWide {
			name := manyName(layer, i)
			files[name+"/records.go"] = manyPackage(layer, i)
			if layer == manyLayers-1 {
				fmt.Fprintf(&imports, "\t%s %q\n", manyAlias(layer, i), "many/"+name)
				fmt.Fprintf(&sum, "\ttotal += %s.Total(1)\n", manyAlias(layer, i))
			}
		}
	}
	files["main.go"] = fmt.Sprintf(manyMain, imports.String(), sum.String())
	return files
}

func manyName(layer, i int) string  { return fmt.Sprintf("layer%d/p%02d", layer, i) }
func manyAlias(layer, i int) string { return fmt.Sprintf("l%dp%02d", layer, i) }

func manyPackage(layer, i int) string {
	var imports, below strings.Builder
	if layer > 0 {
		for _, j := range []int{i, 7*i + 1, 3*i + 2} {
			j %= manyWide
			alias := manyAlias(layer-1, j)
			if strings.Contains(imports.String(), alias) {
				continue
			}
			fmt.Fprintf(&imports, "\t%s %q\n", alias, "many/"+manyName(layer-1, j))
			fmt.Fprintf(&below, "\ttotal += %s.Total(n)\n", alias)
		}
	}
	return fmt.Sprintf(manyRecords, i, imports.String(), below.String())
}

const manyMain = `package main

import (
	"log"
	"net/http"
	"os"

	"many/layer2/p07"
%s)

func main() {
	total := 0
%s	log.Println("the total is", total)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(p07.Serve)))
}
`

// manyHandler is too long to be inlined, like most that people write.
const manyHandler = `package p07

import (
	"fmt"
	"net/http"
)

const greeting = "hello, version 1"

// Serve answers with the greeting, or with what is wrong with the question.
func Serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, fmt.Sprintf("%s is not GET", r.Method), http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path != "/" {
		http.Error(w, fmt.Sprintf("there is no %s", r.URL.Path), http.StatusNotFound)
		return
	}
	fmt.Fprintln(w, greeting)
}
`

const manyRecords = `package p%02d

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

%s)

// Record is one line of a list.
type Record struct {
	ID     int
	Name   string
	Tags   []string
	Parent *Record
}

// ErrEmpty is of a line with nothing in it.
var ErrEmpty = errors.New("empty line")

// Parse reads "id name tag tag".
func Parse(line string) (*Record, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return nil, ErrEmpty
	}
	id, err := strconv.Atoi(fields[0])
	if err != nil {
		return nil, fmt.Errorf("read %%q: %%w", line, err)
	}
	return &Record{ID: id, Name: fields[1], Tags: fields[2:]}, nil
}

// ParseAll reads a line for each record.
func ParseAll(text string) ([]*Record, error) {
	var all []*Record
	for line := range strings.Lines(text) {
		r, err := Parse(line)
		if errors.Is(err, ErrEmpty) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// Sort puts the records into the order of their names.
func Sort(all []*Record) {
	slices.SortFunc(all, func(a, b *Record) int { return strings.Compare(a.Name, b.Name) })
}

// Depth counts the parents.
func (r *Record) Depth() int {
	depth := 0
	for at := r.Parent; at != nil; at = at.Parent {
		depth++
	}
	return depth
}

func (r *Record) String() string {
	return fmt.Sprintf("%%d %%s %%s", r.ID, r.Name, strings.Join(r.Tags, " "))
}

// Total is made of that of the packages below.
func Total(n int) int {
	all, err := ParseAll("1 first a b\n2 second c\n")
	if err != nil {
		return 0
	}
	Sort(all)
	total := n + all[0].Depth() + len(all[1].String())
%s	return total
}
`
