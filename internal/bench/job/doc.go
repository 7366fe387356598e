// Package job runs a command together with all that it starts, and says what
// they cost.
//
// Tools put their programs into process groups and sessions of their own, and
// outlive some of them. What belongs to a job is therefore known by a mark in
// the environment, which all descendants inherit; one that starts something
// with an empty environment loses it. All methods may be called from any
// goroutine. It reads /proc, so it works on Linux only, and compiles elsewhere.
package job
