//go:build !linux

package watcher

// glanceAtNow and glanceAtLinkNow ask as the others do: there is no way to have a
// file system of another machine look beyond its cache.
func glanceAtNow(path string) (glance, error)     { return glanceAt(path) }
func glanceAtLinkNow(path string) (glance, error) { return glanceAtLink(path) }
