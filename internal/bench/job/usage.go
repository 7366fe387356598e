package job

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit of times in /proc/PID/stat, USER_HZ in proc(5): 1/100 s on
// every architecture that Go knows.
const tick = 10 * time.Millisecond

// Usage is what processes have used.
type Usage struct {
	CPU    time.Duration // user and system, of children that were waited for as well; in steps of 10 ms
	Memory int64         // resident bytes at this moment; what processes share counts for each
}

// Usage adds up all processes of the job. What a process used that was waited
// for by nobody in the job is not in it.
func (j *Job) Usage() (Usage, error) {
	var sum Usage
	err := j.each(func(pid int) {
		if u, err := Process(pid); err == nil {
			sum.CPU += u.CPU
			sum.Memory += u.Memory
		}
	})
	return sum, err
}

// Peak looks every so often and returns the most memory that the job had, when
// ctx is done.
func (j *Job) Peak(ctx context.Context, every time.Duration) (int64, error) {
	again := time.NewTicker(every)
	defer again.Stop()
	var peak int64
	for {
		u, err := j.Usage()
		if err != nil {
			return 0, err
		}
		peak = max(peak, u.Memory)
		select {
		case <-again.C:
		case <-ctx.Done():
			return peak, nil
		}
	}
}

const (
	settleEvery = 200 * time.Millisecond
	settleLooks = 3 // on a busy machine, one look may find that a job waits for its turn
)

// Settle returns what the job has used once it is at rest, which is at most one
// tick of the clock in each of three looks, every 200 ms; at the latest after
// patience, or when ctx is done.
func (j *Job) Settle(ctx context.Context, patience time.Duration) (Usage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(settleEvery)
	defer again.Stop()
	for before, quiet := time.Duration(-time.Hour), 0; ; {
		u, err := j.Usage()
		if err != nil || ctx.Err() != nil {
			return u, err
		}
		if quiet++; u.CPU-before > tick {
			quiet = 0
		}
		if quiet == settleLooks {
			return u, nil
		}
		before = u.CPU
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}

// Process returns what one process has used, which need not be of any job.
func Process(pid int) (Usage, error) {
	path := filepath.Join("/proc", strconv.Itoa(pid), "stat")
	text, err := os.ReadFile(path)
	if err != nil {
		return Usage{}, err
	}
	u, err := parseStat(text)
	if err != nil {
		return Usage{}, fmt.Errorf("read %s: %w", path, err)
	}
	return u, nil
}

// parseStat reads fields 14 to 17 (utime, stime, cutime, cstime) and 24 (rss)
// of proc_pid_stat(5). The second one is a name in parentheses, with whatever
// is in the name.
func parseStat(text []byte) (Usage, error) {
	const afterName = 3 // number of the first field behind the name
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	var values [5]int64
	for i, field := range []int{14, 15, 16, 17, 24} {
		if field-afterName >= len(fields) {
			return Usage{}, fmt.Errorf("field %d is not there", field)
		}
		n, err := strconv.ParseInt(string(fields[field-afterName]), 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("field %d: %w", field, err)
		}
		values[i] = n
	}
	return Usage{
		CPU:    time.Duration(values[0]+values[1]+values[2]+values[3]) * tick,
		Memory: values[4] * int64(os.Getpagesize()),
	}, nil
}
