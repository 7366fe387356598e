//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

const fdinfo = `pos:	0
flags:	02000002
mnt_id:	16
ino:	1060
tfd:        5 events: 8000201d data: 3fc96fd1f7000002  pos:0 ino:8830d sdev:9
tfd:        7 events:       19 data: ffffffffffffffff  pos:0 ino:ffffffff sdev:9
`

func TestInterestsOfText(t *testing.T) {
	want := []interest{
		{3, 5, 0x8830d, 0x8000201d, 0x3fc96fd1f7000002},
		{3, 7, 0xffffffff, unix.EPOLLIN | unix.EPOLLERR | unix.EPOLLHUP, 0xffffffffffffffff},
	}
	if got := parseInterests(3, []byte(fdinfo)); !slices.Equal(got, want) {
		t.Errorf("got %x", got)
	}
	for _, line := range []string{
		"", "tfd:", "tfd: 5 events: 1 data: 1 pos:0",
		"tfd: -5 events: 1 data: 1 pos:0 ino:1 sdev:9",
		"tfd: x events: 1 data: 1 pos:0 ino:1 sdev:9",
		"tfd: 5 events: x data: 1 pos:0 ino:1 sdev:9",
		"tfd: 5 events: 1 data: x pos:0 ino:1 sdev:9",
		"tfd: 5 events: 1 data: 1 pos:0 ino:x sdev:9",
		"tfd: 5 events: 100000000 data: 1 pos:0 ino:1 sdev:9",
		"inotify wd:1 ino:1 sdev:9 mask:1 a b c",
	} {
		if got := parseInterests(3, []byte(line)); len(got) > 0 {
			t.Errorf("%q: got %x", line, got)
		}
	}
}

// The kernel's own words are understood, and what is changed comes back.
func TestInterestsOfSet(t *testing.T) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(set)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	asked := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET&0xffffffff, Fd: 0x12345678, Pad: -2}
	if err := unix.EpollCtl(set, unix.EPOLL_CTL_ADD, pair[0], &asked); err != nil {
		t.Fatal(err)
	}
	before := interests(os.Getpid(), set)
	if len(before) != 1 || before[0].fd != pair[0] || before[0].inode != inodeOf(pair[0]) || before[0].data != 0xfffffffe12345678 {
		t.Fatalf("got %x", before)
	}
	for _, op := range []int{unix.EPOLL_CTL_DEL, unix.EPOLL_CTL_ADD} {
		if made, err := rewrite(os.Getpid(), []rewriting{{op, before[0]}}); err != nil || len(made) != 1 {
			t.Fatal(made, err)
		}
	}
	if after := interests(os.Getpid(), set); !slices.Equal(after, before) {
		t.Errorf("got %x after %x", after, before)
	}
	unix.Write(pair[1], []byte("x"))
	events := make([]unix.EpollEvent, 1)
	if n, err := unix.EpollWait(set, events, 0); n != 1 || err != nil || events[0].Fd != asked.Fd || events[0].Pad != asked.Pad {
		t.Errorf("the set says %v, %v", events, err)
	}
	wrong := before[0]
	wrong.inode++
	if made, err := rewrite(os.Getpid(), []rewriting{{unix.EPOLL_CTL_DEL, wrong}}); err != nil || len(made) != 0 {
		t.Errorf("another socket of that number was taken out: %v", err)
	}
}

// What is understood can be said in the same words.
func FuzzInterests(f *testing.F) {
	f.Add([]byte(fdinfo))
	f.Add([]byte("tfd: 5 events: 1 data: 1 pos:0 ino:1"))
	f.Add([]byte("tfd:\n\ntfd: 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got := parseInterests(3, text)
		var again []byte
		for _, i := range got {
			if i.fd < 0 {
				t.Errorf("%q is descriptor %d", text, i.fd)
			}
			again = fmt.Appendf(again, "tfd: %8d events: %8x data: %16x  pos:0 ino:%x sdev:9\n", i.fd, i.events, i.data, i.inode)
		}
		if back := parseInterests(3, again); !slices.Equal(back, got) {
			t.Errorf("%q is %x, and then %x", text, got, back)
		}
	})
}
