// Package watcher says what changed: it watches folders with everything below
// them, and single files, and delivers each burst of changes as one ChangeSet
// once the disk has come to rest.
//
// # Contract
//
//   - What counts is the net effect on disk, not the events that led to it. A
//     path is compared with what was known of it: a save is one Write, whether
//     the editor wrote in place, renamed a temporary file over the old one, or
//     moved the old one to a backup first. A save that leaves the content as it
//     was is no change, and neither is a file that came and went.
//   - No change is lost. After New returned, applying all sets in order to the
//     tree as it was leads to the tree as it is, at the latest one Ceiling after
//     the last change. Folders that appear are watched first and scanned then;
//     when the kernel drops events, everything is watched and compared afresh.
//     Where the watcher is in doubt it reports a change too many.
//   - A set is complete when nothing happened for Options.Quiet, and at the
//     latest Options.Ceiling after its first event. A file that had content and
//     is empty when the set would be complete is taken for half a save, and
//     waited for until the ceiling.
//   - The same holds where there are no events: with Options.Poll everywhere, else
//     on file systems that others change too (see FileSystemOf), and where the kernel
//     has none, even of what is written here. There the watcher looks again and
//     again, beside what events there are; nothing else is looked at, also below
//     the same root. What was found by looking is complete after a look that found
//     nothing new: at what is likely to change, or after a handful of changes at
//     everything, a quarter of a second long.
//   - What is likely to change is looked at every Options.PollInterval: the inputs of
//     the program (Watcher.Prefer; Go files until then), what changed last, and the
//     folders of both, which show what comes, goes, and is renamed over something.
//     Beyond a thousand inputs and folders these are the ones that changed last. The
//     rest takes turns: all of it is looked at within 2 s while there is work, and
//     within 30 when nothing has changed for minutes; later where looking is slow.
//   - With Options.FollowSymlinks what is behind a link is watched as if it were in
//     the place of the link, inside of the root or outside. A link that leads
//     elsewhere, itself or through another one, is a change of what differs there.
//     A folder is not entered again below itself: there a link is a file.
//   - The same holds for the folders of Watcher.Also from when that has returned.
//     What is in such a folder counts, without what is in the folders in it.
//   - What Options.Ignore leaves out may change: after Reconsider everything is
//     asked about anew. What comes into view is created, as far as a reader can see.
//   - A slow reader costs nothing but detail: sets that were not taken yet are
//     merged. Events are taken from the kernel at all times.
//   - Paths are reported under the root as it was given, never resolved.
//   - What editors leave beside a file (see droppings.go) never appears.
//
// # Goroutines
//
// New starts the one that takes events from the kernel (feed.drain; fsnotify has
// one more); polling needs none of its own. It ends with Run, or with Close for a watcher that is
// never run.
// Run owns all state; Options.Ignore, Warn and Polled are called by New and then
// by Run, never by two goroutines at once. Run starts short-lived goroutines that
// read files, or look at many where that takes long, and joins them before it looks at anything else.
//
// # What it does not
//
//   - It does not follow symbolic links to folders unless it is told to. A link is
//     a file then: it is reported when it points elsewhere or when, at the time
//     something happened to the link, the file behind it had changed. A root that
//     is a link is entered.
//   - It does not watch one folder by more than 16 paths when it follows links;
//     Options.Warn is told of the others.
//   - It does not report folders, sockets, pipes, devices, or changes of mode,
//     owner or time alone. A folder that was unreadable and becomes readable is
//     picked up with its next create or rename.
//   - It does not see writes through mmap, through a hard link outside of the
//     tree, or made on the other side of a network or virtual file system:
//     inotify(7) has no events for them. Polling sees all of these, if not what
//     keeps the size and all times of a file, and not before the file system tells
//     of it: what is not likely to change may come from a cache (60 s with NFS).
//   - It does not notice that something was mounted on a folder that it watches.
//   - It does not give up on a file system that does not answer: it waits.
//   - It does not tell a file that was moved away from one that was removed, when it
//     polls.
//   - It does not notice that a folder above a root, or above the end of a link, was
//     renamed, unless it polls.
//   - It does not know when its reader reads. A set says what differed when it was
//     complete; content that a reader meets later, and that is gone again before
//     the next set is complete, is not told of: a build that was running while a
//     file was rewritten with the content it had may have read half of it.
//   - It does not decide what a change means; that is the caller's.
package watcher
