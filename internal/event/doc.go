// Package event is the spine of ginreload: every fact is published once, as an
// Event, and whatever shows it to somebody (terminal, JSON stream, web page) is
// a sink.
//
// The JSON form is a contract with a version; the text that a terminal sink
// makes of an event is not. A sink is called in the order of publication, one
// event at a time, and must not block.
//
// It does not format, colour, store or filter events, and it knows nothing of
// the stages that they are about.
package event
