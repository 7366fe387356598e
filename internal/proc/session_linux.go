package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// members returns the living processes that carry the token, without this one.
func members(token string) []int {
	var pids []int
	for _, pid := range all() {
		if pid != os.Getpid() && HasEnv(pid, SessionEnv, token) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// HasEnv reports whether the process was started with the variable set to
// value; an empty value means any. It is false for a process that may not be
// looked into (proc_pid_environ(5)).
func HasEnv(pid int, name, value string) bool {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false
	}
	want := []byte(name + "=" + value)
	for entry := range bytes.SplitSeq(env, []byte{0}) {
		if bytes.Equal(entry, want) || (value == "" && bytes.HasPrefix(entry, want)) {
			return true
		}
	}
	return false
}

// Children returns the processes whose parent is pid.
func Children(pid int) []int {
	var pids []int
	for _, p := range all() {
		if stat(p).parent == pid {
			pids = append(pids, p)
		}
	}
	return pids
}

// Below reports whether the process descends from this one, however far.
func Below(pid int) bool {
	for p := pid; p > 1; {
		if p = stat(p).parent; p == os.Getpid() {
			return true
		}
	}
	return false
}

// Tree returns the process and its descendants (proc_tid_children(5)). Unlike
// Children it looks at nothing else on the machine.
func Tree(pid int) []int {
	pids := []int{pid}
	lists, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, Tree(child)...)
			}
		}
	}
	return pids
}

// Group returns the living processes of a process group.
func Group(group int) []int {
	var pids []int
	for _, p := range all() {
		if s := stat(p); s.group == group && s.state != "Z" {
			pids = append(pids, p)
		}
	}
	return pids
}

// Executable returns the file that a process runs, "" if it is gone.
func Executable(pid int) string {
	file, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	return file
}

// Name returns the command name of a process, "" if it is gone.
func Name(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

type status struct {
	state         string
	parent, group int
}

// stat reads the fields after the command name, which is in parentheses and
// may hold anything (proc_pid_stat(5)).
func stat(pid int) status {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return status{}
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 3 {
		return status{}
	}
	parent, _ := strconv.Atoi(fields[1])
	group, _ := strconv.Atoi(fields[2])
	return status{fields[0], parent, group}
}

func all() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
