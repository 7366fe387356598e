// Command cgoserver is a Gin server with a database that is written in C.
package main

import (
	"cmp"
	"log"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

const greeting = "hello, version 1"

// Visit is a row.
type Visit struct {
	ID   uint
	Path string
}

func main() {
	db, err := gorm.Open(sqlite.Open("file::memory:?cache=shared"), &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.AutoMigrate(&Visit{}); err != nil {
		log.Fatal(err)
	}
	r := gin.Default()
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, greeting) })
	r.GET("/visits", func(c *gin.Context) {
		var visits []Visit
		if err := db.Create(&Visit{Path: c.Request.URL.Path}).Find(&visits).Error; err != nil {
			c.String(http.StatusInternalServerError, "%v", err)
			return
		}
		c.JSON(http.StatusOK, visits)
	})
	log.Fatal(r.Run("127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "8080")))
}
