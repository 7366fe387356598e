// Command websocket echoes messages. When the process drains it closes one
// connection after the other with 1012, "service restart", and the page connects
// to the new code; at a stop with 1001, "going away".
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"github.com/ginreload/ginreload/supervisor"
)

const greeting = "hello, version 1"

//go:embed page.html
var page []byte

func main() {
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", page) })
	r.GET("/echo", echo)

	addr := ":" + cmp.Or(os.Getenv("PORT"), "8080")
	if err := supervisor.ListenAndServe(addr, r); err != nil {
		log.Fatal(err)
	}
}

func echo(c *gin.Context) {
	conn, err := websocket.Accept(c.Writer, c.Request, nil)
	if err != nil {
		return // Accept has answered already
	}
	defer conn.CloseNow()

	ctx := c.Request.Context()
	stop := supervisor.OnDrain(ctx, func(_ context.Context, cause error) {
		status := websocket.StatusGoingAway
		if errors.Is(cause, supervisor.ErrUpgraded) {
			status = websocket.StatusServiceRestart
		}
		conn.Close(status, cause.Error())
	})
	defer stop()
	for {
		kind, message, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if err := conn.Write(ctx, kind, append([]byte(greeting+": "), message...)); err != nil {
			return
		}
	}
}
