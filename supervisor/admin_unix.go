//go:build unix && !linux

package supervisor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// listenAdmin opens a socket in a folder that nobody else can enter.
func listenAdmin() (net.Listener, error) {
	dir := filepath.Join(os.TempDir(), "ginreload-"+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return nil, fmt.Errorf("create a folder for the admin socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, fmt.Errorf("look at the folder of the admin socket: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != os.Geteuid() || info.Mode().Perm() != 0o700 {
		return nil, fmt.Errorf("%s is not a folder of this user alone; remove it", dir)
	}
	path := filepath.Join(dir, pidText()+".sock")
	if stale("unix", path) {
		os.Remove(path)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, fmt.Errorf("keep others from the admin socket: %w", err)
	}
	return ln, nil
}

// admitted lets in everybody who could enter the folder.
func admitted(net.Conn) error { return nil }
