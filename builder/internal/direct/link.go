package direct

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func (r *Record) linkAll(ctx context.Context, o Order, state digest) (Result, error) {
	ran, id, err := r.runLink(ctx, o, state, r.lean)
	if err == nil && !ran.OK && !r.usual {
		// Once, since it is mostly the program that is wrong.
		r.lean, r.usual = nil, true
		ran, id, err = r.runLink(ctx, o, state, nil)
	}
	switch {
	case err != nil:
		return Result{}, err
	case !ran.OK:
		return unable("the linker could not link the program"), nil
	}
	result := Result{Outcome: Linked}
	if ran.Output != "" {
		result.Output = report(r.request.Dir, r.nodeOf(r.main), ran.Output)
	}
	content, err := stampProgram(o.Out, id)
	if err != nil {
		return unable("%v", err), nil
	}
	r.linked, r.content = state, content
	return result, nil
}

// runLink has the linker read smaller archives in the place of those that are keys
// of the map. It returns the build ID that the program has now.
func (r *Record) runLink(ctx context.Context, o Order, state digest, smaller map[string]string) (ran Ran, id string, err error) {
	cfg := filepath.Join(o.Work, "importcfg.link")
	if err := os.WriteFile(cfg, []byte(r.importcfg(r.linkcfg, r.nodes, smaller)), 0o666); err != nil {
		return Ran{Output: err.Error()}, "", nil
	}
	id = fmt.Sprintf("%s/%[2]s/%[2]s/%[1]s", shortened(sha256.Sum256([]byte(strings.Join(r.link.args, " ")+string(state[:])))), shortened(state))
	c := r.link
	c.args = slices.Clone(c.args)
	for i, arg := range c.args {
		compiler, external := strings.CutPrefix(arg, "-extld=")
		switch {
		case arg == "-o":
			c.args[i+1] = o.Out
		case arg == "-importcfg":
			c.args[i+1] = cfg
		case strings.HasPrefix(arg, "-buildid="):
			c.args[i] = "-buildid=" + id
		case external && !r.usual:
			c.args[i] = "-extld=" + r.remembering(compiler)
		}
	}
	c.args[len(c.args)-1] = instead(r.archiveOf(r.main), smaller)
	ran, err = r.request.Run(ctx, r.environ(o, c.env), c.args...)
	return ran, id, err
}

// instead is the smaller archive, if there is one.
func instead(archive string, smaller map[string]string) string {
	if small := smaller[archive]; small != "" {
		return small
	}
	return archive
}

func (r *Record) nodeOf(path string) *node {
	i := slices.IndexFunc(r.nodes, func(n *node) bool { return n.path == path })
	return r.nodes[i]
}

func (r *Record) archiveOf(path string) string { return r.nodeOf(path).archive }

// importcfg fills in where the archives are, which for nodes may just change.
func (r *Record) importcfg(text string, nodes []*node, smaller map[string]string) string {
	at := make(map[string]string)
	for _, n := range nodes {
		at[n.path] = n.archive
	}
	var cfg strings.Builder
	cfg.WriteString("# import config\n")
	for line := range strings.Lines(text) {
		entry, ok := strings.CutPrefix(line, "packagefile ")
		switch path, _, _ := strings.Cut(entry, "="); {
		case !ok && !strings.HasPrefix(line, "#"):
			cfg.WriteString(line)
		case ok && at[path] != "":
			fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, instead(at[path], smaller))
		case ok:
			fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, instead(r.archives[path], smaller))
		}
	}
	return cfg.String()
}

// environ is the environment of a tool: what the go command would give it.
func (r *Record) environ(o Order, set []string) []string {
	return slices.Concat(o.Env, r.settled, set)
}

// state is the digest of all that may change in the program.
func (r *Record) state() digest {
	h := sha256.New()
	for _, n := range r.nodes {
		h.Write(n.whole[:])
	}
	return digest(h.Sum(nil))
}
