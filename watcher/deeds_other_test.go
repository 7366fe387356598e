//go:build !linux

package watcher

import "errors"

func writeMapped(_, _ string) error { return errors.ErrUnsupported }
func linkUnnamed(_, _ string) error { return errors.ErrUnsupported }
func exchange(_, _ string) error    { return errors.ErrUnsupported }
func makeFIFO(_ string) error       { return errors.ErrUnsupported }
func bindMount(_, _ string) error   { return errors.ErrUnsupported }
func unmount(_ string) error        { return errors.ErrUnsupported }
