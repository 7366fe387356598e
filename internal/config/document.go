package config

import (
	"bytes"
	"errors"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A TOML text with the position of each of its keys. The values come from
// go-toml's decoder; the positions come from a second walk with its parser,
// because decoding into a map keeps none, and decoding into a struct reports
// the Go type where the user needs the key.

type document struct {
	name    string // as shown to the user
	text    []byte
	values  map[string]any
	entries []entry // in the order of the text
}

// entry is one key or table header; key and value are offsets in the text.
type entry struct {
	path     []string
	key      int
	value    int   // of a table header: that of the key
	elements []int // of an array
	table    bool  // a [table] or [[table]] header
}

func parseDocument(name string, text []byte) (*document, error) {
	// Editors of Windows start a file with a byte order mark; it is not TOML.
	d := &document{name: name, text: bytes.TrimPrefix(text, []byte("\uFEFF")), values: map[string]any{}}
	d.walk()
	err := toml.Unmarshal(d.text, &d.values)
	if err == nil {
		return d, nil
	}
	message := strings.TrimPrefix(err.Error(), "toml: ")
	if decode := (*toml.DecodeError)(nil); errors.As(err, &decode) {
		row, column := decode.Position()
		return nil, d.errorAt(d.lineStart(row)+column-1, message, err)
	}
	return nil, d.errorAt(d.firstBadEntry(), message, err)
}

// firstBadEntry finds the entry that makes the decoder fail. Keys defined twice
// come without a position; the decoder works from top to bottom, so that the
// shortest text that fails ends with the culprit.
func (d *document) firstBadEntry() int {
	n := sort.Search(len(d.entries), func(i int) bool {
		end := len(d.text)
		if i+1 < len(d.entries) {
			end = bytes.LastIndexByte(d.text[:d.entries[i+1].key], '\n') + 1
		}
		return toml.Unmarshal(d.text[:end], &map[string]any{}) != nil
	})
	if n == len(d.entries) {
		return 0
	}
	return d.entries[n].key
}

func (d *document) walk() {
	var p unstable.Parser
	p.Reset(d.text)
	var table []string
	for p.NextExpression() {
		node := p.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			path, first, _ := keyPath(node)
			table = path
			d.entries = append(d.entries, entry{path: path, key: first, value: first, table: true})
		case unstable.KeyValue:
			d.keyValue(node, table)
		}
	}
}

func (d *document) keyValue(node *unstable.Node, table []string) {
	path, first, end := keyPath(node)
	e := entry{path: slices.Concat(table, path), key: first, value: end}
	for e.value < len(d.text) && strings.IndexByte(" \t=", d.text[e.value]) >= 0 {
		e.value++
	}
	value := node.Value()
	if value.Kind == unstable.Array {
		for it := value.Children(); it.Next(); {
			offset := e.value
			if raw := it.Node().Raw; raw.Length > 0 {
				offset = int(raw.Offset)
			}
			e.elements = append(e.elements, offset)
		}
	}
	d.entries = append(d.entries, e)
	if value.Kind == unstable.InlineTable {
		for it := value.Children(); it.Next(); {
			d.keyValue(it.Node(), e.path)
		}
	}
}

// keyPath returns the parts of a node's key and the range of text they take.
func keyPath(node *unstable.Node) (path []string, first, end int) {
	for it := node.Key(); it.Next(); {
		part := it.Node()
		if len(path) == 0 {
			first = int(part.Raw.Offset)
		}
		path = append(path, string(part.Data))
		end = int(part.Raw.Offset + part.Raw.Length)
	}
	return path, first, end
}

// at returns the entry of a key; the zero entry when no text mentions it.
func (d *document) at(path ...string) entry {
	for _, e := range d.entries {
		if len(e.path) >= len(path) && slices.Equal(e.path[:len(path)], path) {
			return e
		}
	}
	return entry{}
}

// lookup returns nil when the text does not set the key.
func (d *document) lookup(path ...string) any {
	var value any = d.values
	for _, name := range path {
		table, _ := value.(map[string]any)
		value = table[name]
	}
	return value
}

// element returns where an element of an array begins.
func (e entry) element(i int) int {
	if i < len(e.elements) {
		return e.elements[i]
	}
	return e.value
}

func (d *document) errorAt(offset int, message string, cause error) *Error {
	offset = min(max(offset, 0), len(d.text))
	start := bytes.LastIndexByte(d.text[:offset], '\n') + 1
	source, _, _ := bytes.Cut(d.text[start:], []byte("\n"))
	return &Error{
		File:    d.name,
		Line:    d.line(offset),
		Column:  utf8.RuneCount(d.text[start:offset]) + 1,
		Message: message,
		Source:  strings.TrimSuffix(string(source), "\r"),
		Err:     cause,
	}
}

func (d *document) warnAt(offset int, message, hint string) Warning {
	return Warning{File: d.name, Line: d.line(offset), Message: message, Hint: hint}
}

func (d *document) line(offset int) int {
	return bytes.Count(d.text[:offset], []byte("\n")) + 1
}

func (d *document) lineStart(row int) int {
	start := 0
	for range row - 1 {
		next := bytes.IndexByte(d.text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	return start
}
