package supervisortest

import (
	"testing"
	"time"
)

func TestQuantilesAreCloseAndNeverLow(t *testing.T) {
	t.Parallel()
	var h histogram
	for i := 1; i <= 1000; i++ {
		h.add(time.Duration(i) * 100 * time.Microsecond)
	}
	for percent, want := range map[int]time.Duration{50: 50 * time.Millisecond, 99: 99 * time.Millisecond} {
		if got := h.quantile(percent); got < want || got > want+want*7/100 {
			t.Errorf("p%d = %v, want %v or up to 7%% more", percent, got, want)
		}
	}
	if h.longest != 100*time.Millisecond {
		t.Errorf("max = %v", h.longest)
	}
}

func TestBucketsCoverAllDurations(t *testing.T) {
	t.Parallel()
	for d := time.Duration(0); d < 9*time.Hour; d = d*5/4 + time.Microsecond {
		var h histogram
		h.add(d)
		if got := h.quantile(50); got != d {
			t.Errorf("the only duration is %v, p50 is %v", d, got)
		}
		if edge := upperEdge(bucket(d.Microseconds())); edge < d {
			t.Errorf("%v is in a bucket that ends at %v", d, edge)
		}
	}
}
