// Package report shows events to people and to programs: Terminal writes lines
// of text, JSON writes one JSON object per line. Both are sinks for an
// event.Hub, which calls them one event at a time.
//
// The JSON is the contract of package event, unchanged. The text is for people
// and may change in any version.
//
// Each event is one Write, so that the output of the program cannot get between
// its lines. Nothing is cleared, moved or animated, whether the stream is a
// terminal or not. File names, compiler output and whatever else comes from
// outside cannot control the terminal; of what commands print the colours stay.
//
// It does not decide what happens, publish events, open or close streams, ask
// whether a stream is a terminal, or read the environment by itself. A failed
// Write is lost: when the reader of the output is gone, the program that is
// being developed should go on.
package report
