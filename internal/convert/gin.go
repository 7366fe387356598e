package convert

import (
	"path"
	"strconv"
	"strings"
	"time"
)

// The command line of gin, the reloader of codegangsta: flags with a long and a
// short name, then run and arguments for the program. It listens on --port and
// passes requests on to the program, which it gives --appPort as PORT.

func (d *draft) gin(list []word) error {
	flags := quiet()
	texting := func(byDefault string, names ...string) *string {
		value := byDefault
		for _, name := range names {
			flags.StringVar(&value, name, byDefault, "")
		}
		return &value
	}
	port := texting("3000", "port", "p")
	texting("3001", "appPort", "a")
	binary := texting("gin-bin", "bin", "b")
	folder := texting(".", "path", "t")
	build := texting("", "build", "d")
	arguments := texting("", "buildArgs")
	var excluded []string
	for _, name := range []string{"excludeDir", "x"} {
		flags.Func(name, "", collect(&excluded))
	}
	for _, name := range []string{"laddr", "l", "logPrefix", "certFile", "keyFile"} {
		flags.String(name, "", "")
	}
	for _, name := range []string{"immediate", "i", "godep", "g", "notifications"} {
		flags.Bool(name, false, "")
	}
	all := flags.Bool("all", false, "")
	if err := flags.Parse(texts(list)); err != nil {
		return &Error{Message: "gin: " + err.Error()}
	}
	args := remaining(list, flags.Args())
	if len(args) > 0 && (args[0].text == "run" || args[0].text == "r") {
		args = args[1:]
	}
	if len(args) > 0 && (strings.HasSuffix(args[0].text, ".go") || args[0].text == ".") {
		args = args[1:] // gin itself hands it to the program, though people mean the package
	}
	if *binary == "gin-bin" {
		*binary = strings.TrimPrefix(d.binary, "./")
	}
	if err := d.ginBuild(*build, *folder, *arguments, *binary); err != nil {
		return err
	}
	variable := literal("PORT=" + *port)
	if n, err := strconv.Atoi(*port); err != nil || n < 1 {
		variable = word{"PORT=" + *port, "PORT=" + *port} // a variable of a Makefile
	}
	d.set = append(d.set, variable)
	d.run(newRun(d.set, local(*binary), args, ""))
	d.EnvFiles = []string{".env"}
	d.drop("the proxy of gin", "the program itself gets port "+*port+", and answers while it is replaced; its code reads PORT, as it did")
	for _, name := range []string{"certFile", "keyFile"} {
		if flags.Lookup(name).Value.String() != "" {
			d.drop("--"+name, "the program itself answers: it needs the certificate")
		}
	}
	d.SendInterrupt, d.KillDelay = true, 3*time.Second
	d.IncludeExt = []string{"go"}
	if *all {
		d.IncludeExt = []string{"*"}
	}
	d.ExcludeDir = []string{"tmp"}
	for _, dir := range excluded {
		for _, name := range fields(dir) {
			d.ExcludeDir = add(d.ExcludeDir, path.Clean(name))
		}
	}
	d.ExcludeRegex = []string{`_test\.go$`}
	return nil
}

func (d *draft) ginBuild(build, folder, arguments, binary string) error {
	if build == "" {
		build = folder
	}
	if clean := path.Clean(folder); clean != "." {
		d.IncludeDir = []string{clean}
	}
	extra, err := words(arguments)
	if err != nil {
		return &Error{Message: "gin: --buildArgs: " + err.Error()}
	}
	command := append([]word{{"go", "go"}, {"build", "build"}}, extra...)
	d.Cmd = join(append(command, literal("-o"), literal(local(binary)), literal(local(build))))
	return nil
}
