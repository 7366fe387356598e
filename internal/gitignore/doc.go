// Package gitignore answers what git would: whether it ignores a path, and by
// which line of which file.
//
// It knows .gitignore at any depth, .git/info/exclude and the user's own file
// (core.excludesFile), negations, and that nothing comes back below a folder that
// is ignored. A repository inside of another one starts afresh if it has a .gitignore. Outside of a
// repository, as in an image that was built without .git, the files count from
// the root on.
//
// Globs are matched by doublestar; lines, order and levels are here. The modules
// that do all of it were compared with git check-ignore on 3 000 random files:
// the best one was wrong about 7 %, among them "data/**" with "!data/keep".
//
// Git is asked for the user's file and, once, for the files in its index, of which
// it ignores none; without git there are none of either.
//
// It does not know core.ignoreCase, a slash in brackets ([a/b], which matches no slash in git
// either), .ignore files of other tools, and sparse checkouts.
package gitignore
