//go:build linux

package main

func stateFaults() []fault { return nil }
