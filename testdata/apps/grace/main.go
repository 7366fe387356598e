// Command grace upgrades itself by github.com/facebookgo/grace, as its demo
// shows.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/facebookgo/grace/gracehttp"
	"github.com/ginreload/ginreload/testdata/apps/routes"
)

func main() {
	if err := gracehttp.Serve(&http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: routes.Handler()}); err != nil {
		log.Fatal(err)
	}
}
