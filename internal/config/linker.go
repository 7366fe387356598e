package config

import "regexp"

const linkerWords = `"auto", "default", or a linker such as "mold"`

// It becomes part of a flag that is split at blanks.
var linkerPattern = regexp.MustCompile(`^[A-Za-z0-9._/][A-Za-z0-9._/+-]*$`)

func linkerName(text string) bool { return linkerPattern.MatchString(text) }
