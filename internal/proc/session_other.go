//go:build !linux

package proc

func members(string) []int { return nil }

// HasEnv is not known here.
func HasEnv(int, string, string) bool { return false }

// Children is not known here.
func Children(int) []int { return nil }

// Tree is the process alone: its descendants are not known here.
func Tree(pid int) []int { return []int{pid} }

// Group is not known here.
func Group(int) []int { return nil }

// Executable is not known here.
func Executable(int) string { return "" }

// Name is not known here.
func Name(int) string { return "" }
