//go:build amd64 || arm64

package sockets

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// onThread calls f on a thread of its own, which ends with f: what f changes of
// the thread, the rest of this process does not see.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The runtime puts the main thread aside instead of ending it, with its
			// filter or its table of descriptors. Nothing else runs on it meanwhile.
			defer runtime.UnlockOSThread()
			onThread(f)
			return
		}
		f() // never unlocked, so that the thread ends with the goroutine
	}()
	<-done
}
