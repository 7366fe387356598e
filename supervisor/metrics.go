package supervisor

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The text format of Prometheus, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). It is small
// enough to write out, and a metrics library would become a dependency of every
// program that embeds this package.

const metricPrefix = "ginreload_supervisor_"

// page collects metrics.
type page struct{ bytes.Buffer }

// family begins a metric: kind is counter or gauge.
func (p *page) family(name, kind, help string) {
	p.WriteString("# HELP " + metricPrefix + name + " " + help + "\n")
	p.WriteString("# TYPE " + metricPrefix + name + " " + kind + "\n")
}

// sample adds a value with pairs of label and value.
func (p *page) sample(name string, value float64, labels ...string) {
	p.WriteString(metricPrefix + name)
	for i := 0; i < len(labels); i += 2 {
		p.WriteByte("{,"[min(i, 1)])
		p.WriteString(labels[i] + `="` + labelEscape.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		p.WriteByte('}')
	}
	p.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

// single is a metric of one sample.
func (p *page) single(name, kind, help string, value float64) {
	p.family(name, kind, help)
	p.sample(name, value)
}

var labelEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Metrics returns st in the text format of Prometheus, as MetricsHandler serves
// it.
func (st Status) Metrics() []byte {
	p := &page{}
	p.process(st)
	p.connections(st)
	p.upgrades(st)
	return p.Bytes()
}

func (p *page) process(st Status) {
	p.family("build_info", "gauge", "The binary that runs; always 1.")
	p.sample("build_info", 1, "package", st.Program.Package, "version", st.Program.Module,
		"revision", st.Program.Revision, "goversion", st.Program.Go)
	p.single("generation", "gauge", "Generation of the process that answers: 1 for the first one, one more with each upgrade.", float64(st.Generation))
	p.single("start_time_seconds", "gauge", "When this generation was started, in seconds since the epoch.", epochSeconds(st.Started))
	p.family("phase", "gauge", "1 for the phase that the process is in, 0 for the others.")
	for _, phase := range Phases() {
		p.sample("phase", truth(st.Phase == phase), "phase", string(phase))
	}
	p.single("phase_start_time_seconds", "gauge", "Since when it is in that phase, in seconds since the epoch.", epochSeconds(st.Since))
	p.single("ready", "gauge", "1 while the readiness handler says 200.", truth(st.Unready == ""))
	p.single("degraded", "gauge", "1 if the process serves, but an operator has to mend something; the status says what.", truth(st.Degraded != ""))
	p.single("binary_replaced", "gauge", "1 if the file at the program's path is not the one that runs: it was deployed, but not upgraded to.", truth(st.Program.Replaced))
	p.single("older_generation_draining", "gauge", "1 while the generation before this one still drains.", truth(st.Older != nil))
}

func (p *page) connections(st Status) {
	p.family("connections", "gauge", "Open connections by listener and state.")
	for _, l := range st.Listeners {
		for _, n := range []struct {
			state string
			count int
		}{{"new", l.Connections.New}, {"idle", l.Connections.Idle}, {"active", l.Connections.Active}, {"hijacked", l.Connections.Hijacked}} {
			p.sample("connections", float64(n.count), "listener", l.Name, "state", n.state)
		}
	}
	p.family("listener_backlog", "gauge", "Connections that wait in the kernel's queue to be accepted; TCP on Linux only.")
	for _, l := range st.Listeners {
		if l.Backlog != nil {
			p.sample("listener_backlog", float64(l.Backlog.Length), "listener", l.Name)
		}
	}
	p.family("listener_backlog_limit", "gauge", "How many may wait in that queue.")
	for _, l := range st.Listeners {
		if l.Backlog != nil {
			p.sample("listener_backlog_limit", float64(l.Backlog.Limit), "listener", l.Name)
		}
	}
}

func (p *page) upgrades(st Status) {
	p.single("upgrades_succeeded_total", "counter", "Upgrades that took over, of all generations.", float64(st.Upgrades.Succeeded))
	p.family("upgrades_failed_total", "counter", "Upgrades that did not, by reason; the old process served on.")
	for _, reason := range slices.Sorted(maps.Keys(st.Upgrades.Failed)) {
		p.sample("upgrades_failed_total", float64(st.Upgrades.Failed[reason]), "reason", reason)
	}
	p.single("upgrades_refused_total", "counter", "Upgrades that were asked for when there could be none.", float64(st.Upgrades.Refused))
	if until := st.Upgrades.NotBefore; until != nil {
		p.single("upgrade_not_before_time_seconds", "gauge",
			"When a binary that has failed again and again is tried next, in seconds since the epoch.", epochSeconds(*until))
	}
	last := st.Upgrades.Last
	if last == nil {
		return
	}
	p.single("last_upgrade_start_time_seconds", "gauge", "When the last upgrade began, in seconds since the epoch.", epochSeconds(last.Begun))
	p.single("last_upgrade_succeeded", "gauge", "1 if the last upgrade took over, 0 if it failed or was taken back.", truth(last.Outcome == OutcomeUpgraded))
	p.single("last_upgrade_seconds", "gauge", "How long the last upgrade took.", last.TookSeconds)
	p.family("last_upgrade_step_seconds", "gauge", "How long its steps took.")
	for _, s := range last.Steps {
		p.sample("last_upgrade_step_seconds", s.Seconds, "step", s.Name)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func epochSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
