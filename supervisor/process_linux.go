package supervisor

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// upgradeChild returns the PID of the process that tableflip has started for
// us, 0 if there is none or it has not reached its exec yet. tableflip tells
// neither when nor whom it starts; its sentinel in the environment does.
// Source: proc_pid_environ(5), proc_tid_children(5).
func upgradeChild() int {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, pid := range strings.Fields(string(text)) {
			env, err := os.ReadFile("/proc/" + pid + "/environ")
			if err != nil || !bytes.Contains(env, []byte(sentinel+"=")) {
				continue
			}
			if n, err := strconv.Atoi(pid); err == nil {
				return n
			}
		}
	}
	return 0
}
