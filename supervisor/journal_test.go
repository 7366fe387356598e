package supervisor

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// told returns what a journal shows after these events, one second apart.
func (j *journal) told(events ...Event) Status {
	for i, e := range events {
		e.Time, e.Generation = epoch.Add(time.Duration(i+1)*time.Second), 1
		j.record(e)
	}
	st := Status{Generation: 1}
	j.describe(&st, 30*time.Second)
	return st
}

func TestJournal(t *testing.T) {
	crash := &UpgradeError{PID: 7, Err: errors.New("no config")}
	for _, c := range []struct {
		name   string
		events []Event
		want   string // of the JSON, without times
	}{
		{"at first", nil, `"phase":"starting"`},
		{"serving", []Event{{Kind: EventServing}}, `"phase":"serving"`},
		{"under way", []Event{{Kind: EventServing}, {Kind: EventBegun}, {Kind: EventStarted, PID: 7}},
			`"phase":"upgrading" "current":{"generation":2,"pid":7,"outcome":"","steps":[{"name":"started","seconds":0}]}`},
		{"replaced", []Event{{Kind: EventServing}, {Kind: EventBegun}, {Kind: EventPrepared, PID: 7, Took: time.Second}, {Kind: EventReplaced, PID: 7}},
			`"phase":"draining" "succeeded":1 "last":{"took_seconds":2,"generation":2,"pid":7,"outcome":"upgraded","steps":[{"name":"prepared","seconds":1}]} "newer":{"pid":7,"generation":2}`},
		{"failed", []Event{{Kind: EventServing}, {Kind: EventBegun}, {Kind: EventFailed, Err: crash}},
			`"phase":"serving" "failed":1 "last":{"took_seconds":1,"generation":2,"pid":7,"outcome":"failed","error":"upgrade: no config (pid 7)"} "trouble":"upgrade: no config (pid 7)"`},
		{"refused", []Event{{Kind: EventServing}, {Kind: EventRefused, Err: ErrUpgrading}},
			`"phase":"serving" "refused":1 "trouble":"` + ErrUpgrading.Error() + `"`},
		{"taken back", []Event{{Kind: EventServing}, {Kind: EventBegun}, {Kind: EventReplaced, PID: 7}, {Kind: EventDraining}, {Kind: EventTookUpAgain, PID: 7}},
			`"phase":"serving" "degraded":"process 7 died right after it had taken over; generation 1 serves again" "succeeded":1 "failed":1 "last":{"took_seconds":1,"generation":2,"pid":7,"outcome":"taken back","reason":"died"}`},
		{"a stop is final", []Event{{Kind: EventServing}, {Kind: EventBegun}, {Kind: EventStopping}, {Kind: EventFailed, Err: crash}, {Kind: EventDraining}},
			`"phase":"stopping" "deadline" "failed":1`},
		{"taking over alone", []Event{{Kind: EventTookOver}, {Kind: EventServing}}, `"phase":"serving"`},
	} {
		st := new(journal).told(c.events...)
		got := summary(st)
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if err := json.Unmarshal([]byte(marshal(st)), &Status{}); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// summary is what of st depends on the journal, times left out.
func summary(st Status) string {
	parts := []string{`"phase":` + marshal(st.Phase)}
	add := func(name, text string, there bool) {
		if there {
			parts = append(parts, `"`+name+`"`+text)
		}
	}
	add("degraded", ":"+marshal(st.Degraded), st.Degraded != "")
	add("deadline", "", st.Deadline != nil)
	u := st.Upgrades
	failed := 0
	for _, n := range u.Failed {
		failed += n
	}
	add("succeeded", ":"+marshal(u.Succeeded), u.Succeeded > 0)
	add("failed", ":"+marshal(failed), failed > 0)
	add("refused", ":"+marshal(u.Refused), u.Refused > 0)
	add("current", ":"+record(u.Current), u.Current != nil)
	add("last", ":"+record(u.Last), u.Last != nil)
	add("newer", ":"+marshal(map[string]int{})[:1]+`"pid":`+marshal(st.pid(st.Newer))+`,"generation":2}`, st.Newer != nil)
	if st.Trouble != nil {
		add("trouble", ":"+marshal(st.Trouble.Text), true)
	}
	return strings.Join(parts, " ")
}

func (st Status) pid(n *Neighbour) int {
	if n == nil {
		return 0
	}
	return n.PID
}

// record is the JSON of u without its times and, as it is the errors' matter, its reason.
func record(u *UpgradeRecord) string {
	if u == nil {
		return ""
	}
	text := marshal(u)
	_, rest, _ := strings.Cut(text, `,`)
	rest = strings.Replace(rest, `"took_seconds":0,`, "", 1)
	if u.Outcome == OutcomeFailed {
		rest = strings.Replace(rest, `"reason":`+marshal(u.Reason)+`,`, "", 1)
	}
	return "{" + rest
}

// Counters of all generations are one: whoever scrapes them sees one program.
func TestJournalIsInherited(t *testing.T) {
	old, next := new(journal), new(journal)
	old.told(Event{Kind: EventServing}, Event{Kind: EventBegun}, Event{Kind: EventFailed, Err: ErrSpent}, Event{Kind: EventRefused, Err: ErrUpgrading},
		Event{Kind: EventBegun}, Event{Kind: EventReplaced, PID: 7})
	next.told(Event{Kind: EventServing}, Event{Kind: EventRefused, Err: ErrUpgrading}) // before it is told
	next.inherit(old.preview(7))
	next.inherit(old.past()) // takes the place of the former
	st := next.told()
	if u := st.Upgrades; u.Succeeded != 1 || u.Failed["spent"] != 1 || u.Refused != 2 || u.Last == nil || u.Last.PID != 7 {
		t.Errorf("%+v", u)
	}
}

func TestJournalIsFollowed(t *testing.T) {
	j := new(journal)
	events, stop := j.follow()
	deaf, stopDeaf := j.follow()
	for range 2 * followed { // nobody who does not read holds it up
		j.record(Event{Kind: EventBegun})
		<-events
	}
	stop()
	stopDeaf()
	j.record(Event{Kind: EventFailed})
	if len(events) != 0 || len(deaf) != followed {
		t.Errorf("%d and %d events are left", len(events), len(deaf))
	}
}
