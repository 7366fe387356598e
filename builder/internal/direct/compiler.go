package direct

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Where a program has C in it, cmd/link has the C compiler link it. Before that it
// asks the compiler of about five flags whether it knows them, each time anew, by
// having it make a program of a file trivial.c (linkerFlagSupported in
// cmd/link/internal/ld). That takes more time than the link itself. The answers are
// those of last time as long as it is the same compiler, so that a script stands
// in for it, which remembers them.

// memory is that script; it is given the compiler and a file for answers. What is
// remembered is that the compiler knows a flag and says nothing, or that it says in
// the words that the linker looks for that it does not. Whatever else goes wrong, such
// as a full disk or a build that is called off, says nothing about the flag.
const memory = `#!/bin/sh
compiler=%s answers=%s
question= last= path=
for word; do
	last=$word
	case $path$word in
	-o) path=. ;;
	.*) path= ;;
	*/trivial.c) ;;
	*) question="$question$word " ;;
	esac
done
case $last in
*/trivial.c) ;;
*) exec "$compiler" "$@" ;;
esac
if [ -f "$answers" ]; then
	while read -r status known; do
		[ "$known " != "$question" ] || exit "$status"
	done <"$answers"
fi
said=$("$compiler" "$@" 2>&1) && status=0 || status=$?
[ -z "$said" ] || printf '%%s\n' "$said"
case $status:$said in
0: | [!0]*:*unrecognized* | [!0]*:*unknown*) printf '%%s %%s\n' "$status" "$question" >>"$answers" ;;
esac
exit "$status"
`

// plainName is of what means itself in a script.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_+./,:@-]+$`)

// remembering returns what stands in for the C compiler in a link: the compiler
// itself if nothing else can.
func (r *Record) remembering(compiler string) string {
	script, answers := filepath.Join(r.request.Store, "cc"), filepath.Join(r.request.Store, "cc-answers")
	if !plainName.MatchString(compiler) || !plainName.MatchString(script) {
		return compiler
	}
	if _, err := os.Stat(script); err == nil {
		return script
	}
	if err := os.WriteFile(script, fmt.Appendf(nil, memory, compiler, answers), 0o777); err != nil {
		return compiler
	}
	return script
}
