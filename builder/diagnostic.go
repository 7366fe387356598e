package builder

import "strings"

// A Diagnostic is one thing that is wrong with the code, as the toolchain says it.
type Diagnostic struct {
	Package string // import path; empty if the output does not say
	File    string // as printed, without a leading "./": relative to Recipe.Dir, or absolute
	Line    int    // from 1; 0 if not known
	Column  int    // from 1, in bytes; 0 if not known
	Message string // further lines, such as other places of a redeclaration, follow after newlines
	Count   int    // how often it was printed
}

// ParseDiagnostics reads what go build, go vet and the compilers and linkers
// below them print. What it does not recognize it leaves out; output that it
// recognizes nothing in gives no diagnostics, and is to be shown as it is.
func ParseDiagnostics(output string) []Diagnostic {
	p := newParser()
	for line := range strings.Lines(output) {
		p.read(strings.TrimRight(line, " \t\r\n"))
	}
	p.finish()
	return p.found
}

// A parser reads line by line; open is the diagnostic that indented lines
// belong to.
type parser struct {
	pkg    string
	open   *Diagnostic
	more   []string
	chain  bool // open is a "package P, imports Q, imports R: reason" block
	found  []Diagnostic
	places map[Diagnostic]int // index in found, by the diagnostic with Count 0
}

func newParser() *parser { return &parser{places: make(map[Diagnostic]int)} }

func (p *parser) read(line string) {
	if line == "" {
		p.finish()
		return
	}
	if line[0] == ' ' || line[0] == '\t' {
		if p.open != nil {
			p.more = append(p.more, line)
		}
		return
	}
	if pkg, ok := packageHeader(line); ok {
		p.finish()
		p.pkg = pkg
		return
	}

	text, fromGo := strings.CutPrefix(line, "go: ")
	text = strings.TrimPrefix(text, "vet: ")
	at, ok := readPosition(text)
	switch {
	case ok && strings.HasPrefix(at.message, "note: ") && p.open != nil:
		p.more = append(p.more, line)
	case ok && strings.HasPrefix(at.message, "warning: "):
		p.finish()
	case ok:
		p.begin(p.diagnosticAt(at))
	case strings.HasPrefix(text, "package "):
		p.beginPackage(text)
	case fromGo && !isProgress(text), isComplaint(text):
		p.begin(Diagnostic{Package: p.pkg, Message: text})
	default:
		p.finish()
	}
}

func (p *parser) diagnosticAt(at position) Diagnostic {
	d := Diagnostic{Package: p.pkg, Message: at.message}
	// Files of go's work folder, which is renamed to this in debug
	// information, are gone when the user could look at them.
	if !strings.HasPrefix(at.file, "/tmp/go-build/") {
		d.File, d.Line, d.Column = trimDot(at.file), at.line, at.column
	}
	return d
}

func (p *parser) begin(d Diagnostic) {
	p.finish()
	p.open = &d
}

// beginPackage reads "package P: reason", "package P is not in std" and the
// start of a chain of imports, whose reason comes in its last line.
func (p *parser) beginPackage(text string) {
	fields := strings.Fields(text)
	name, reason, ok := strings.Cut(strings.TrimPrefix(text, "package "), ": ")
	switch {
	case ok && !strings.Contains(name, " "):
		p.begin(Diagnostic{Package: name, Message: reason})
	case len(fields) == 2:
		p.begin(Diagnostic{Package: fields[1], Message: text})
		p.chain = true
	case isComplaint(text):
		p.begin(Diagnostic{Package: p.pkg, Message: text})
	default:
		p.finish()
	}
}

// finish files the open diagnostic, or counts it if it is there already.
func (p *parser) finish() {
	if p.open == nil {
		return
	}
	d := *p.open
	keep := d.Message != ""
	if p.chain {
		keep = p.resolveChain(&d)
	} else if len(p.more) > 0 {
		d.Message += "\n" + strings.Join(p.more, "\n")
	}
	p.open, p.more, p.chain = nil, nil, false
	if !keep {
		return
	}
	if i, ok := p.places[d]; ok {
		p.found[i].Count++
		return
	}
	p.places[d] = len(p.found)
	d.Count = 1
	p.found = append(p.found, d)
}

// resolveChain moves the reason from the end of a chain to the front.
func (p *parser) resolveChain(d *Diagnostic) bool {
	if len(p.more) == 0 {
		return false
	}
	last := strings.TrimSpace(p.more[len(p.more)-1])
	reason := ""
	if at, ok := readPosition(last); ok {
		*d = Diagnostic{d.Package, trimDot(at.file), at.line, at.column, d.Message, 0}
		reason = at.message
	} else if _, reason, ok = strings.Cut(last, ": "); !ok || !strings.HasPrefix(last, "imports ") {
		return false
	}
	if len(p.more) > 1 {
		reason += "\n" + d.Message + "\n" + strings.Join(p.more, "\n")
	}
	d.Message = reason
	return reason != ""
}

func trimDot(file string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, "./"), `.\`)
}
