package supervisor

import (
	"os"
	"strconv"
	"strings"
)

// While two generations fill the memory, the one to end is the one that nobody
// needs yet (proc_pid_oom_score_adj(5)). Raising the score needs no privilege,
// nor does lowering it to where it was.

// oomHandicap is added to the score of a new process until the commit. A
// thousandth stands for that part of the memory, so with less the old process,
// which has had the time to grow, could still come first.
const oomHandicap = 1000

// oomScore returns the adjustment of this process.
func oomScore() int {
	text, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return 0
	}
	score, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return score
}

// setOOMScore adjusts that of a process; where it may not, all stays as it was.
func setOOMScore(pid, score int) {
	os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte(strconv.Itoa(min(score, 1000))), 0)
}
