//go:build !linux

package supervise

import "context"

// Run returns ErrNotSupported.
func Run(context.Context, Options) (code int, err error) { return 0, ErrNotSupported }

// Become returns ErrNotSupported.
func Become(args, env []string) error { return ErrNotSupported }
