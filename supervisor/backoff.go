package supervisor

import (
	"fmt"
	"io/fs"
	"os"
	"time"
)

// tolerance is how many failures in a row a binary may have before it has to
// wait for the next try.
const tolerance = 3

// BackoffError is returned by Upgrade for a binary that has failed several
// times in a row, until a pause is over. The process serves on.
type BackoffError struct {
	Failures int
	Until    time.Time
	Last     error // how it failed the last time
}

func (e *BackoffError) Error() string {
	return fmt.Sprintf("upgrade: this binary has failed %d times in a row, and is tried again from %s on; replace it, or wait; last time: %v",
		e.Failures, e.Until.Format(time.TimeOnly), e.Last)
}

func (e *BackoffError) Unwrap() error { return e.Last }

// backoff keeps a binary that always fails from keeping the machine busy,
// whoever asks for it again and again. Another binary starts afresh.
type backoff struct {
	binary   fs.FileInfo
	failures int
	last     error
	until    time.Time
}

// refuses returns the error for a binary that has to wait, or nil.
func (b *backoff) refuses(now time.Time) error {
	if b.failures < tolerance || !now.Before(b.until) || !b.same(stat()) {
		return nil
	}
	return &BackoffError{b.failures, b.until, b.last}
}

// failed counts a failure of the binary that was started.
func (b *backoff) failed(binary fs.FileInfo, err error, now time.Time, longest time.Duration) {
	if !b.same(binary) {
		*b = backoff{}
	}
	b.binary, b.last = binary, err
	b.failures++
	pause := time.Second
	for range b.failures - tolerance {
		pause = min(pause+pause/2, longest)
	}
	b.until = now.Add(min(pause, longest))
}

// pause returns when the binary that has failed is tried again, zero for at once.
func (b *backoff) pause() time.Time {
	if b.failures < tolerance {
		return time.Time{}
	}
	return b.until
}

func (b *backoff) same(binary fs.FileInfo) bool {
	return b.binary != nil && binary != nil && os.SameFile(b.binary, binary) &&
		b.binary.Size() == binary.Size() && b.binary.ModTime().Equal(binary.ModTime())
}

// stat describes the binary that an upgrade would start, nil for none.
func stat() fs.FileInfo {
	path, err := executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}
