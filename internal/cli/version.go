package cli

import "runtime/debug"

// release is the version of a build from a checkout.
const release = "0.1.0-dev"

// version is that of the module if it was installed as one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return release
	}
	return info.Main.Version
}
