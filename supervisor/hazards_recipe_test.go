//go:build unix

package supervisor_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloudflare/tableflip"
)

// The tests of hazards have two halves: a program with tableflip alone, as its
// README suggests, in which the hazard comes to pass, and the one with
// supervisor, in which it does not. T1 to T18 are the hazards that were found by
// reading tableflip v1.2.3.

// recipeEnv makes the program of the tests the one with tableflip alone.
const recipeEnv = "SUPERVISOR_TEST_RECIPE"

// recipe is that program, its behaviour told in the same way.
type recipe struct {
	app
	upg   *tableflip.Upgrader
	srv   http.Server
	ready chan struct{} // closed after Ready
}

// startRecipe starts it, and returns when it answers.
func startRecipe(t *testing.T, words ...string) *running {
	t.Helper()
	r := prepareRecipe(t, words...)
	r.launch()
	r.answers()
	return r
}

func prepareRecipe(t *testing.T, words ...string) *running {
	t.Helper()
	r := prepare(t, words...)
	r.cmd.Env = append(r.cmd.Env, recipeEnv+"=1")
	return r
}

func (p *recipe) main() int {
	p.learn()
	p.ready = make(chan struct{})
	switch {
	case p.is("exit"):
		return 3
	case p.is("hang"):
		fmt.Println("hanging", os.Getpid())
		select {}
	}
	p.prelude()
	var opts tableflip.Options
	if path := p.value("pidfile"); path != "" {
		opts.PIDFile = filepath.Join(p.dir, path)
	}
	opts.UpgradeTimeout, _ = time.ParseDuration(p.value("timeout"))
	var err error
	if p.upg, err = tableflip.New(opts); err != nil {
		fmt.Println("new:", err)
		return 1
	}
	// The recipe does not wait for the end of Stop, so what that does may come
	// to pass or not; here it does.
	defer func() { p.upg.Stop(); <-p.upg.Exit() }()
	go p.signals()
	if err := p.serve(); err != nil {
		fmt.Println("build:", err)
		return 1
	}
	if p.is("grandchild") {
		p.grandchild()
	}
	p.gate("ready")
	if err := p.upg.Ready(); err != nil {
		fmt.Println("not ready:", err)
		if !p.is("lenient") {
			panic(err)
		}
	}
	close(p.ready)
	if p.is("die") {
		os.Exit(4)
	}
	fmt.Println("ready", os.Getpid())
	if p.is("twice") {
		fmt.Println("twice:", p.upg.Ready())
	}
	<-p.upg.Exit()
	fmt.Println("exit", os.Getpid())
	if p.is("tidy") {
		os.Remove(opts.PIDFile)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p.srv.Shutdown(ctx)
	return 0
}

func (p *recipe) signals() {
	sigs := make(chan os.Signal, 1)
	signal.Notify(sigs, syscall.SIGUSR2)
	stops := make(chan os.Signal, 1)
	if p.is("stops") {
		signal.Notify(stops, syscall.SIGTERM)
	}
	for {
		select {
		case <-sigs:
			fmt.Println("upgrade:", p.upg.Upgrade())
		case <-stops:
			p.upg.Stop()
		}
	}
}

// serve serves on its port and on what the behaviour names besides.
func (p *recipe) serve() error {
	ln, err := p.upg.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		return err
	}
	p.srv.Handler, p.srv.ErrorLog = p.routes(), log.New(os.Stdout, "", 0)
	go p.srv.Serve(ln)
	if p.is("short-queue") {
		shortenQueues()
	}
	for _, word := range p.words {
		if also, ok := strings.CutPrefix(word, "also="); ok {
			part := strings.Split(also, ",")
			ln, err := p.upg.Listen(part[1], part[2])
			if err != nil {
				return err
			}
			go p.srv.Serve(ln)
		}
	}
	return nil
}

func (p *recipe) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", p.app.routes())
	mux.HandleFunc("/pid", func(w http.ResponseWriter, r *http.Request) {
		<-p.ready // before that it cannot be upgraded, though it accepts
		fmt.Fprint(w, os.Getpid())
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "process", os.Getpid()) })
	mux.HandleFunc("/upgrade", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, p.upg.Upgrade()) })
	return mux
}
