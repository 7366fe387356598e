//go:build unix

package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/cloudflare/tableflip"
	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/ginreload/ginreload/supervisor"
)

// tune sets the options that the tests of hazards ask for.
func (a *app) tune(o *supervisor.Options) {
	if a.is("breaker") {
		o.MaxBackoff = time.Hour
	}
	if a.is("grandchild") {
		o.Ready = func(context.Context) error { a.grandchild(); return nil }
	}
	o.OnEvent = func(e supervisor.Event) {
		switch e.Kind {
		case supervisor.EventServing:
		case supervisor.EventReplaced:
			a.gate("replaced")
			return
		default:
			return
		}
		if a.is("short-queue") {
			shortenQueues()
			fmt.Println("queues are short")
		}
		a.gate("serving")
		if a.is("die-serving") {
			os.Exit(4)
		}
		if a.is("twice") {
			fmt.Println("twice:", a.sup.Run(context.Background()))
		}
	}
}

// prelude is what a program may do before it asks for its sockets.
func (a *app) prelude() {
	if a.is("chdir") {
		os.Chdir("/")
	}
	if a.is("close-stdin") {
		os.Stdin.Close()
	}
	if a.is("no-collector") {
		debug.SetGCPercent(-1)
	}
	if a.is("crowd") {
		for range 3000 {
			go func() { select {} }()
		}
	}
	if a.is("activated") {
		files := activation.Files(false)
		interval, err := daemon.SdWatchdogEnabled(false)
		fmt.Println("activated with", len(files), "sockets; watchdog", interval, err)
	}
}

// grandchild tells what a program sees that this one starts before it is ready.
func (a *app) grandchild() {
	text, err := exec.Command("sh", "-c", "ls -l /proc/$$/fd").CombinedOutput()
	fmt.Printf("grandchild: %s%v.\n", text, err)
}

func (a *app) learn() {
	text, _ := os.ReadFile(filepath.Join(a.dir, "behaviour"))
	a.words = strings.Fields(string(text))
}

// tenantEnv makes the test binary a program of somebody else's that happens to
// use tableflip too.
const tenantEnv = "SUPERVISOR_TEST_TENANT"

func tenant() int {
	upg, err := tableflip.New(tableflip.Options{})
	if err == nil {
		err = errors.Join(upg.Ready())
	}
	fmt.Println("tenant:", err)
	return 0
}

// shortenQueues leaves room for few connections in the queues of all listeners.
func shortenQueues() {
	for fd := range 256 {
		if listens, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN); err == nil && listens != 0 {
			syscall.Listen(fd, shortQueue)
		}
	}
}

const shortQueue = 7
