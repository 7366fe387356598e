//go:build unix

package supervisor_test

import (
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// starve attempts an upgrade with only so many descriptors free.
func (a *app) starve(w http.ResponseWriter, r *http.Request) {
	free, _ := strconv.Atoi(r.FormValue("free"))
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// The lowest one that is free; there may be gaps above, but few.
	f, err := os.Open(os.DevNull)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	low := limit
	low.Cur = uint64(f.Fd()) + uint64(free)
	f.Close()
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low)
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	a.upgrade(w, r)
}
