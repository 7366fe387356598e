package event

import (
	"encoding/json"
	"sync"
	"testing"
)

func TestHubNumbersEventsInTheOrderOfDelivery(t *testing.T) {
	var seen []uint64
	hub := NewHub(func(e Event) { seen = append(seen, e.Seq) })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				hub.Publish(Event{Kind: Notice})
			}
		})
	}
	wg.Wait()
	if len(seen) != 800 {
		t.Fatalf("delivered %d events, want 800", len(seen))
	}
	for i, seq := range seen {
		if seq != uint64(i+1) {
			t.Fatalf("event %d has number %d", i+1, seq)
		}
	}
}

func TestJSONLeavesOutWhatAKindDoesNotUse(t *testing.T) {
	var got map[string]any
	hub := NewHub(func(e Event) {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
	})
	hub.Publish(Event{Kind: Reloaded, Generation: 2, Timings: &Timings{Total: 412}})
	for _, key := range []string{"v", "seq", "time", "kind", "generation", "timings"} {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing in %v", key, got)
		}
	}
	for _, key := range []string{"build", "exit", "files", "hint"} {
		if _, ok := got[key]; ok {
			t.Errorf("%s should be absent in %v", key, got)
		}
	}
}
