// Package project finds out what there is to build in a folder: its module and
// its main packages, and for a first configuration what else takes part in a
// build: embedded files, generators, folders of other tools.
//
// It asks the go command about packages and git about what is ignored, and does
// not read Go files itself, build anything, use the network or choose between
// several candidates.
package project
