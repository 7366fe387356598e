//go:build linux

package main

func pressureFaults() []fault {
	var all []fault
	for number, name := range map[int]string{13: "gRPC", 38: "SO_REUSEPORT", 45: "watchdog", 46: "PID 1", 47: "stable parent killed", 48: "Kubernetes stop", 53: "UDP"} {
		all = append(all, fault{number: number, name: name, inject: "-", na: "not run yet"})
	}
	return all
}
