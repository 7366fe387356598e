//go:build !linux

package supervisor

// format leaves the judgement to the kernel.
func format(string, int64) error { return nil }
