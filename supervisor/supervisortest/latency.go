package supervisortest

import (
	"math/bits"
	"time"
)

// histogram counts durations in microseconds: exactly below 16 µs, and in 16
// steps for each doubling above, so that a quantile is at most 6 % too high.
// Keeping each duration would cost memory without limit in a long run.
type histogram struct {
	buckets [16 * 32]uint32
	count   int
	longest time.Duration
}

// Latency is how long requests took that succeeded, from before the dial, where
// there was one, to the last byte.
type Latency struct {
	P50, P99, Max time.Duration
}

func (h *histogram) add(d time.Duration) {
	h.buckets[bucket(d.Microseconds())]++
	h.count++
	h.longest = max(h.longest, d)
}

func (h *histogram) merge(b *histogram) {
	for i, n := range b.buckets {
		h.buckets[i] += n
	}
	h.count += b.count
	h.longest = max(h.longest, b.longest)
}

func (h *histogram) latency() Latency {
	return Latency{P50: h.quantile(50), P99: h.quantile(99), Max: h.longest}
}

func (h *histogram) quantile(percent int) time.Duration {
	left := (h.count*percent + 99) / 100
	for i, n := range h.buckets {
		if left -= int(n); left <= 0 {
			return min(upperEdge(i), h.longest)
		}
	}
	return h.longest
}

func bucket(µs int64) int {
	if µs < 16 {
		return int(max(µs, 0))
	}
	exponent := bits.Len64(uint64(µs)) - 5
	return min(16*exponent+int(µs>>exponent), 16*32-1)
}

func upperEdge(i int) time.Duration {
	if i < 16 {
		return time.Duration(i+1) * time.Microsecond
	}
	exponent := i/16 - 1
	return time.Duration(int64(i%16+17)<<exponent) * time.Microsecond
}
