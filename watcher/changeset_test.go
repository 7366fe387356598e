package watcher

import (
	"reflect"
	"testing"
	"time"
)

func TestOpString(t *testing.T) {
	for op, want := range map[Op]string{
		0: "", Create: "create", Write: "write", Remove: "remove", Rename: "rename",
		Remove | Rename: "remove|rename",
	} {
		if got := op.String(); got != want {
			t.Errorf("%d: got %q, want %q", op, got, want)
		}
	}
}

func TestMergeOps(t *testing.T) {
	const none = Op(0)
	cases := []struct{ first, later, want Op }{
		{Create, none, Create}, {none, Create, Create},
		{Create, Write, Create}, {Create, Remove, none}, {Create, Rename, none},
		{Write, Write, Write}, {Write, Remove, Remove}, {Write, Rename, Rename},
		{Remove, Create, Write}, {Rename, Create, Write},
	}
	set := func(op Op) (s ChangeSet) {
		if op != none {
			s.Changes = []Change{{"/x", op}}
		}
		return s
	}
	for _, c := range cases {
		if got, want := set(c.first).Merge(set(c.later)), set(c.want); !reflect.DeepEqual(got.Changes, want.Changes) {
			t.Errorf("%v then %v: got %v, want %v", c.first, c.later, got.Changes, want.Changes)
		}
	}
}

func TestMergeSets(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	a := ChangeSet{Changes: []Change{{"/b", Write}, {"/d", Create}}, First: at(1), Last: at(2)}
	b := ChangeSet{Changes: []Change{{"/a", Create}, {"/c", Remove}}, First: at(3), Last: at(4), Overflow: true}
	want := ChangeSet{
		Changes:  []Change{{"/a", Create}, {"/b", Write}, {"/c", Remove}, {"/d", Create}},
		First:    at(1),
		Last:     at(4),
		Overflow: true,
	}
	if got := a.Merge(b); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, got := range []ChangeSet{a.Merge(ChangeSet{}), (ChangeSet{}).Merge(a)} {
		if !reflect.DeepEqual(got, a) {
			t.Errorf("merged with nothing: got %+v, want %+v", got, a)
		}
	}
	if !(ChangeSet{}).Empty() || a.Empty() || (ChangeSet{Overflow: true}).Empty() {
		t.Error("Empty is wrong")
	}
}
