//go:build !linux

package proc

import "net/netip"

// Listening is not known here.
func Listening([]int) []netip.AddrPort { return nil }

// PortOwner is not known here.
func PortOwner(string, int) int { return 0 }
