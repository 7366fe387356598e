//go:build linux

package main

func operatorFaults() []fault {
	var all []fault
	for number, name := range map[int]string{
		13: "gRPC", 16: "ready but unhealthy", 18: "crash loop", 33: "disk full under the PID file", 34: "PID file of somebody else",
		38: "SO_REUSEPORT", 45: "watchdog", 46: "PID 1", 47: "stable parent killed", 48: "Kubernetes stop",
		49: "state hand-off", 50: "HUP and USR1", 53: "UDP", 58: "memory",
	} {
		all = append(all, fault{number: number, name: name, inject: "-", na: "not run yet"})
	}
	return all
}
