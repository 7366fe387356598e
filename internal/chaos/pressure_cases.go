//go:build linux

package main

func pressureFaults() []fault { return nil }
