package main

import (
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// The witness is whatever the tools start: the program of a project, or, by the
// name it is called with, a command of a configuration. It tells the test at
// $WITNESS what happens to it, and ends when the test does.
func main() {
	w := dial()
	switch filepath.Base(os.Args[0]) {
	case "say":
		w.tell("say", strings.Join(os.Args[1:], " "))
	case "hang":
		w.tell("hang", strings.Join(os.Args[1:], " "))
		<-w.over
	case "forge":
		w.forge(os.Args[1], os.Args[2])
	default:
		text := os.Getenv("WITNESS_TEXT") // see ../project
		if text == "" {
			text = tail()
		}
		w.program(text)
	}
}

type connection struct {
	net.Conn
	mu   sync.Mutex // one line, and its acknowledgement, at a time
	acks chan struct{}
	over chan struct{} // closed when the test says so, or is gone
}

func dial() *connection {
	c, err := net.Dial("tcp", os.Getenv("WITNESS"))
	if err != nil {
		fail("witness: " + err.Error())
	}
	w := &connection{Conn: c, acks: make(chan struct{}), over: make(chan struct{})}
	go func() {
		defer os.Exit(3)
		for b := make([]byte, 1); ; {
			if _, err := c.Read(b); err != nil {
				return
			}
			if b[0] == 'L' {
				close(w.over)
				continue
			}
			w.acks <- struct{}{}
		}
	}()
	return w
}

// tell returns when the test knows.
func (w *connection) tell(words ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, word := range words {
		words[i] = strconv.Quote(word)
	}
	w.Write([]byte(strings.Join(words, "\t") + "\n"))
	<-w.acks
}

// forge is a quick compiler: the program that it makes is the witness itself
// with the text of the source at its end.
func (w *connection) forge(output, source string) {
	code, err := os.ReadFile(source)
	if err != nil {
		fail(err.Error())
	}
	_, text, ok := strings.Cut(string(code), `witness("`)
	text, _, good := strings.Cut(text, `")`)
	if !ok || !good {
		w.tell("forge", "broken")
		fail("./" + source + ":3:1: syntax error: forged nothing")
	}
	w.tell("forge", text)
	if strings.Contains(text, "tough") { // a build that takes its time
		w.tell("hang", "forge "+text)
		<-w.over
	}
	self, err := os.Executable()
	if err != nil {
		fail(err.Error())
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		fail(err.Error())
	}
	os.MkdirAll(filepath.Dir(output), 0o755)
	beside := output + "." + strconv.Itoa(os.Getpid())
	if err := os.WriteFile(beside, append(binary, "\nTEXT:"+text...), 0o755); err != nil {
		fail(err.Error())
	}
	if err := os.Rename(beside, output); err != nil {
		fail(err.Error())
	}
}

func tail() string {
	self, err := os.Executable()
	if err != nil {
		fail(err.Error())
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		fail(err.Error())
	}
	return string(binary[strings.LastIndex(string(binary), "\nTEXT:")+6:])
}

// program is a server. The words of text after the first say how it behaves.
func (w *connection) program(text string) {
	words := strings.Fields(text)
	shown, does := words[0], map[string]string{}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		does[name] = value
	}
	if file := does["reads"]; file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			fail(err.Error())
		}
		shown += " " + strings.TrimSpace(string(content))
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	cwd, _ := os.Getwd()
	w.tell("start", shown, strconv.Itoa(os.Getpid()), cwd, quoted(os.Args[1:]), quoted(os.Environ()))
	go w.hear(signals, does)
	if _, ok := does["loud"]; ok {
		os.Stdout.WriteString("out of " + shown + "\n")
		os.Stderr.WriteString("err of \x1b[32m" + shown + "\x1b[0m\n")
	}
	if _, ok := does["child"]; ok {
		child := exec.Command("hang", "child", "of", shown)
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		child.Start()
	}
	if code, ok := does["exit"]; ok {
		n, _ := strconv.Atoi(code)
		os.Exit(n)
	}
	if _, ok := does["panic"]; ok {
		panic("on purpose")
	}
	if _, ok := does["idle"]; ok {
		w.tell("up")
		<-w.over
		return
	}
	w.serve(shown)
}

func (w *connection) hear(signals chan os.Signal, does map[string]string) {
	for s := range signals {
		w.tell("signal", s.String())
		_, deaf := does["deaf"]
		_, slow := does["slow"]
		_, careful := does["careful"]
		switch {
		case slow:
			<-w.over
			os.Exit(0)
		case careful:
			for range 50 { // long enough to be killed meanwhile
				w.tell("busy")
			}
			w.tell("finished")
			os.Exit(0)
		case !deaf:
			os.Exit(0)
		}
	}
}

func (w *connection) serve(text string) {
	ln, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		w.tell("refused", err.Error())
		fail(err.Error())
	}
	w.tell("up")
	answer := "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + strconv.Itoa(len(text)) + "\r\n\r\n" + text
	for {
		c, err := ln.Accept()
		if err != nil {
			fail(err.Error())
		}
		c.Read(make([]byte, 4096))
		c.Write([]byte(answer))
		c.Close()
	}
}

func quoted(list []string) string {
	for i, word := range list {
		list[i] = strconv.Quote(word)
	}
	return strings.Join(list, "\t")
}

func fail(text string) {
	os.Stderr.WriteString(text + "\n")
	os.Exit(1)
}
