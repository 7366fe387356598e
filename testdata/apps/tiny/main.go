// Command tiny is a supervised server that builds fast. Tests edit it.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

const greeting = "hello, version 1"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, greeting) })
	http.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(700 * time.Millisecond)
		fmt.Fprint(w, greeting)
	})
	if err := supervisor.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil); err != nil {
		log.Fatal(err)
	}
}
