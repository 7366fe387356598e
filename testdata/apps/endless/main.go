// Command endless upgrades itself by github.com/fvbock/endless, as its README
// shows.
package main

import (
	"log"
	"os"

	"github.com/fvbock/endless"
	"github.com/ginreload/ginreload/testdata/apps/routes"
)

func main() {
	log.Print(endless.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), routes.Handler()))
}
