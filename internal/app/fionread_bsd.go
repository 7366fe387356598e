//go:build unix && !linux

package app

// fionread is FIONREAD of <sys/filio.h>, which golang.org/x/sys/unix lacks.
const fionread = 0x4004667f
