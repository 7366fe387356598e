// Command gin is an ordinary Gin server that knows nothing of ginreload.
//
// Run ginreload in this folder, open http://localhost:8080, change the
// greeting and save.
package main

import (
	"cmp"
	"crypto/sha256"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

const greeting = "hello, version 1"

func main() {
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, greeting) })
	r.GET("/pid", func(c *gin.Context) { c.String(http.StatusOK, "%d", os.Getpid()) })
	r.GET("/slow", slow)
	r.POST("/upload", upload)

	addr := ":" + cmp.Or(os.Getenv("PORT"), "8080")
	if err := r.Run(addr); err != nil {
		log.Fatal(err)
	}
}

// slow answers after as many milliseconds as ?ms= says.
func slow(c *gin.Context) {
	ms, err := strconv.Atoi(c.DefaultQuery("ms", "700"))
	if err != nil {
		c.String(http.StatusBadRequest, "ms is not a number: %v", err)
		return
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	c.String(http.StatusOK, "%s, after %d ms", greeting, ms)
}

// upload answers with the length and the SHA-256 of what it was sent.
func upload(c *gin.Context) {
	sum := sha256.New()
	n, err := io.Copy(sum, c.Request.Body)
	if err != nil {
		c.String(http.StatusBadRequest, "reading the body: %v", err)
		return
	}
	c.String(http.StatusOK, "%d %x", n, sum.Sum(nil))
}
