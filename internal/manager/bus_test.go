package manager

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMainPID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 7, "MAINPID=": 7, "MAINPID=x": 7, "MAINPID=-1": 7, "MAINPID=1": 7, "READY=1\nMAINPID=42\nnonsense\n\n": 42,
	} {
		if got := (Notification{Sender: Sender{PID: 7}, Fields: parse(text)}).MainPID(); got != want {
			t.Errorf("%q: main process %d, want %d", text, got, want)
		}
	}
}

func TestWhatIsToldArrivesWithItsSender(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no datagrams over unix sockets there")
	}
	paths := map[string]string{"in a folder": Path(t.TempDir())}
	if runtime.GOOS == "linux" {
		paths["without one"] = Path("")
		paths["in a deep one"] = Path(filepath.Join(t.TempDir(), strings.Repeat("deep", 30)))
	}
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := OpenBus(path)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if err := Tell(b.Path(), "READY=1\nSTATUS=a=b"); err != nil {
				t.Fatal(err)
			}
			n := <-b.Messages()
			if !n.Has("READY") || n.Has("RELOADING") || n.Fields["STATUS"] != "a=b" || n.Sender.UID != os.Getuid() {
				t.Errorf("got %+v", n)
			}
			if runtime.GOOS == "linux" && n.MainPID() != os.Getpid() {
				t.Errorf("from %d, not %d", n.MainPID(), os.Getpid())
			}
		})
	}
}

func TestLinesForTheManagerAbove(t *testing.T) {
	t.Parallel()
	n := Notification{Text: "READY=1\nMAINPID=42\nSTATUS=a=b\nX_OWN=1\nMONOTONIC_USEC=7\nFDSTORE=1"}
	if got, want := n.Lines("READY", "STATUS", "MONOTONIC_USEC"), []string{"READY=1", "STATUS=a=b", "MONOTONIC_USEC=7"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
