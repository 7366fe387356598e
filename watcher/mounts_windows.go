package watcher

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// fileSystemOf asks for the kind of the drive. What is reached over a network is
// that of other machines, and also what a virtual machine or WSL shows of itself.
func fileSystemOf(path string) FileSystem {
	root := filepath.VolumeName(path) + `\`
	name, err := windows.UTF16PtrFromString(root)
	if err != nil || windows.GetDriveType(name) != windows.DRIVE_REMOTE {
		return FileSystem{Mount: root}
	}
	f := FileSystem{Type: "network drive", Mount: root, Polls: true, Why: byMachines}
	if strings.HasPrefix(strings.ToLower(root), `\\wsl`) {
		f.Why = "what Linux changes has no events here"
	}
	return f
}
