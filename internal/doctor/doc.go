// Package doctor finds what on a machine or in a project keeps ginreload from
// being as fast, or as quiet, as it could be, and says what to do about it.
//
// Gather asks the machine through the functions of a Machine and returns Facts;
// Findings makes of these what a user is told, and is pure. A fact that could not
// be found out leads to no finding, or to one that says so.
//
// It changes nothing but files in a temporary folder of its own, does not read
// the configuration or the import graph, and does not print: Text and JSON return
// what is to be written.
package doctor
