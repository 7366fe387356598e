//go:build unix

package supervisortest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"regexp"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// The loss test of a server of one's own: its binary, all that its clients do,
// and twenty upgrades.
func ExampleProgram_UpgradeUnderLoad() {
	program := supervisortest.Program{
		Path: "./myserver", Env: []string{"PORT=8080"},
		Signal: syscall.SIGUSR2, URL: "http://127.0.0.1:8080",
	}
	load := supervisortest.Load{
		URL: program.URL, Think: 10 * time.Millisecond,
		KeepAlive: 32, NewConn: 8, Slow: 4, Upload: 4, SlowHeader: 2,
		WebSocket: 4, Events: 4, H2C: 2, Download: 1, LongUpload: 1,
		Post: 4, OnceLog: "/tmp/executed", // the server mounts Handler("/tmp/executed")
	}
	report, upgrades, err := program.UpgradeUnderLoad(context.Background(), load, 20)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(upgrades), "upgrades:", report)
	if report.Failed != 0 {
		log.Fatal("requests were lost")
	}
}

// A process that is killed at a moment that its output tells.
func ExampleProcess_Expect() {
	program := supervisortest.Program{
		Path: "./myserver", Signal: syscall.SIGUSR2, URL: "http://127.0.0.1:8080",
	}
	ctx := context.Background()
	process, err := program.Start(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer process.Stop(ctx)
	old := process.PID()
	process.Ask(ctx)
	process.Expect(ctx, regexp.MustCompile("prepared"))
	process.Signal(old, syscall.SIGKILL)
	serving, err := process.Next(ctx)
	fmt.Println("took over:", serving, err)
}

// A test of main without processes and sockets.
func ExampleFake() {
	fake := supervisortest.Fake{
		OnUpgrade: func(context.Context) (supervisor.Result, error) {
			return supervisor.Result{}, supervisor.ErrUpgrading
		},
	}
	ended := make(chan error)
	ctx, stop := context.WithCancel(context.Background())
	go func() { ended <- program(ctx, &fake, http.HandlerFunc(hello)) }()
	<-fake.Serving()

	resp, err := fake.Client("http").Get("http://server/")
	if err != nil {
		log.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Printf("%s\n", text)

	_, err = fake.Upgrade(ctx)
	fmt.Println(err)

	stop()
	fmt.Println(<-ended)
	// Output:
	// hello
	// supervisor: another upgrade is under way
	// <nil>
}
