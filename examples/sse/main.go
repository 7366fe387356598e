// Command sse sends an event a second. A stream would keep the old code alive,
// so it ends when the process drains, and the browser connects to the new code.
package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/ginreload/ginreload/supervisor"
)

const greeting = "hello, version 1"

//go:embed page.html
var page []byte

func main() {
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", page) })
	r.GET("/events", events)

	addr := ":" + cmp.Or(os.Getenv("PORT"), "8080")
	if err := supervisor.ListenAndServe(addr, r); err != nil {
		log.Fatal(err)
	}
}

func events(c *gin.Context) {
	c.Header("Cache-Control", "no-cache")
	c.Header("Content-Type", "text/event-stream")
	fmt.Fprint(c.Writer, "retry: 100\n\n") // come back in 100 ms once the stream ends

	ctx, cancel := supervisor.DrainContext(c.Request.Context())
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		fmt.Fprintf(c.Writer, "data: %s, it is %s\n\n", greeting, time.Now().Format(time.TimeOnly))
		c.Writer.Flush()
		select {
		case <-ctx.Done(): // the browser left, or the process does
			return
		case <-tick.C:
		}
	}
}
