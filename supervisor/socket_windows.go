package supervisor

import (
	"fmt"
	"os"
)

func stopListening(socket) error { return ErrNotSupported }

func listenAgain(socket) error { return ErrNotSupported }

func shutWrite(*os.File) {}

// node identifies the file at path by its time, "" if there is none.
func node(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.ModTime().UnixNano())
}

// reusesPort knows no SO_REUSEPORT on Windows.
func reusesPort(socket) bool { return false }
