package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// program is a server in a folder of its own that sends its greeting to
// whoever connects.
type program struct {
	folder string
	addr   string
}

// httpImport makes a program about as large as a small server is.
const httpImport = "\n\t_ \"net/http\""

// serverText is main.go, with a greeting, imports and what else main does to be
// filled in.
const serverText = `package main

import (
	"log"
	"net"
	"os"
%s)

const greeting = %q

func main() {
	listener, err := net.Listen("tcp", os.Getenv("ADDR"))
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		conn.Write([]byte(greeting))
		conn.Close()
	}
}
%s`

// newProgram writes a program that imports more, a list of import lines.
func (b bench) newProgram(more string) (*program, error) {
	folder, err := os.MkdirTemp(b.temp, "program-")
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	p := &program{filepath.Join(folder, "module"), addr}
	return p, errors.Join(
		p.write("go.mod", "module server\n\ngo 1.25.0\n"),
		p.write("main.go", server("hello", more, "")),
	)
}

func server(greeting, imports, behind string) string {
	return fmt.Sprintf(serverText, imports, greeting, behind)
}

// write replaces a file, or makes it, in one step.
func (p *program) write(path, text string) error {
	path = filepath.Join(p.folder, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// A new file beside the module is a change that nobody sees.
	fresh := filepath.Join(filepath.Dir(p.folder), "new")
	if err := os.WriteFile(fresh, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// answer is what the program says now.
func (p *program) answer() (string, error) {
	conn, err := net.DialTimeout("tcp", p.addr, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	text, err := io.ReadAll(conn)
	return string(text), err
}

func freeAddr() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
