package config

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// completeBuild settles what is built and run. A package named on the command
// line beats all that the file and the environment say of it; half a
// description is completed with Air's defaults.
func (c *Config) completeBuild(platform string) {
	if c.Package != "" {
		c.buildPackage()
		return
	}
	c.moveToTmpDir(platform)
	says := c.Bin != "" || len(c.Entrypoint) > 0 || c.FullBin != ""
	if c.Cmd == "" && !says {
		return
	}
	cmd, bin := airsBuild(c.TmpDir, platform)
	if c.Cmd == "" {
		c.restate("build.cmd", cmd, origin{place: byDefault})
	}
	if !says {
		c.restate("build.bin", bin, origin{place: byDefault})
	}
}

func (c *Config) buildPackage() {
	var beaten []string
	var first origin
	for _, name := range buildKeys {
		if !c.isSaid(name) {
			continue
		}
		if len(beaten) == 0 {
			first = c.said[name].origin
		}
		beaten = append(beaten, name)
		s, _ := named(settings, name)
		c.say(s, s.initial, origin{place: "package " + c.Package})
	}
	if len(beaten) > 0 {
		c.Warnings = append(c.Warnings, first.warn(c.Package+" on the command line replaces "+strings.Join(beaten, ", "),
			"to hand it to the program instead: ginreload -- "+c.Package))
	}
}

// buildKeys say what is built and run.
var buildKeys = []string{"build.cmd", "build.bin", "build.entrypoint", "build.full_bin"}

// moveToTmpDir has what is written as by default follow another tmp_dir, as Air
// does; also the entrypoint, which Air forgets.
func (c *Config) moveToTmpDir(platform string) {
	if c.TmpDir == "tmp" {
		return
	}
	oldCmd, oldBin := airsBuild("tmp", platform)
	cmd, bin := airsBuild(c.TmpDir, platform)
	moved := func(name string, raw any) {
		from := c.said[name].origin
		if from.place != byDefault {
			from.place += ", moved to tmp_dir"
		}
		c.restate(name, raw, from)
	}
	if c.Cmd == oldCmd {
		moved("build.cmd", cmd)
		if len(c.Entrypoint) > 0 && c.Entrypoint[0] == oldBin {
			moved("build.entrypoint", anyList(slices.Concat([]string{bin}, c.Entrypoint[1:])))
		}
	}
	if c.Bin == oldBin {
		moved("build.bin", bin)
	}
	if slices.Equal(c.ExcludeDir, defaultExcludeDir) {
		dirs := slices.Clone(c.ExcludeDir)
		dirs[slices.Index(dirs, "tmp")] = c.TmpDir
		moved("build.exclude_dir", anyList(dirs))
	}
}

// airsBuild returns the defaults of build.cmd and build.bin.
func airsBuild(tmp, platform string) (cmd, bin string) {
	bin = path.Join(filepath.ToSlash(tmp), "main")
	if platform == "windows" {
		bin += ".exe"
	}
	written := bin
	if !filepath.IsAbs(tmp) && !path.IsAbs(bin) {
		written = "./" + bin
	}
	cmd = "go build -o " + shellWord(written) + " ."
	if platform == "windows" {
		return cmd, strings.ReplaceAll(bin, "/", `\`)
	}
	return cmd, written
}
