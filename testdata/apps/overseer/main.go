// Command overseer upgrades itself by github.com/jpillora/overseer, as its
// README shows.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/ginreload/ginreload/testdata/apps/routes"
	"github.com/jpillora/overseer"
)

func main() {
	overseer.Run(overseer.Config{
		Address: "127.0.0.1:" + os.Getenv("PORT"),
		Program: func(state overseer.State) { log.Print(http.Serve(state.Listener, routes.Handler())) },
	})
}
