//go:build !linux

package supervisor

import "time"

// monotonic is of use to systemd only.
func monotonic() time.Duration { return 0 }
