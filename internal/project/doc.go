// Package project finds out what there is to build in a folder: its module and
// its main packages.
//
// It asks the go command and does not read Go files itself, build anything or
// choose between several candidates.
package project
