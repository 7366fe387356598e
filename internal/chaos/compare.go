//go:build linux

package main

import (
	"context"
	"errors"
	"io"
)

func compare(ctx context.Context, o options, stdout, stderr io.Writer) error {
	return errors.ErrUnsupported
}
