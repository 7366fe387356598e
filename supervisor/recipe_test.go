//go:build unix

package supervisor_test

import (
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cloudflare/tableflip"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// recipe is the program with the upgrade that tableflip's README suggests, on
// the listeners that everyKind needs. It answers like the one with a
// supervisor, so that the same clients can be compared on both.
func (a *app) recipe() int {
	upgrader, err := tableflip.New(tableflip.Options{})
	if err != nil {
		log.Print(err)
		return 1
	}
	defer upgrader.Stop()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR2)
	go func() {
		for range asked {
			if err := upgrader.Upgrade(); err != nil {
				log.Print("upgrade: ", err)
			}
		}
	}()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		upgrader.Stop()
	}()

	srv := a.server()
	srv.Handler = supervisortest.Handler(filepath.Join(a.dir, onceLog))
	serve := func(network, addr string, serve func(net.Listener) error) {
		ln, err := upgrader.Listen(network, addr)
		if err != nil {
			log.Fatal(err)
		}
		go serve(ln)
	}
	serve("tcp", "127.0.0.1:"+os.Getenv("PORT"), srv.Serve)
	for _, word := range a.words {
		if also, ok := strings.CutPrefix(word, "also="); ok {
			part := append(strings.Split(also, ","), "")
			if part[3] == "tls" {
				serve(part[1], part[2], func(ln net.Listener) error {
					return srv.ServeTLS(ln, filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem"))
				})
				continue
			}
			serve(part[1], part[2], srv.Serve)
		}
	}
	if err := upgrader.Ready(); err != nil {
		log.Print(err)
		return 1
	}
	<-upgrader.Exit()

	drain := 30 * time.Second // the README's
	if d, err := time.ParseDuration(a.value("drain")); err == nil {
		drain = d
	}
	time.AfterFunc(drain, func() { os.Exit(1) })
	srv.Shutdown(context.Background())
	return 0
}
