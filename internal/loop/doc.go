// Package loop decides. It hears what the stages have to say (files changed, a
// build ended, the program is ready or gone, the user wants to stop), and says
// what happens next.
//
// All decisions are made by step, a pure function from a State and an Input to
// a State and Effects; Run carries the effects out. So what ginreload does in
// any order of events can be tested, and fuzzed, without a process or a clock.
//
// # Invariants
//
//   - At most one build runs; a newer change cancels it, and the next one starts
//     when it is really dead.
//   - No change is lost: at rest, the last build was started after the last
//     change, and what runs is the newest build that succeeded. There is one
//     exception, which is told: what building itself changes each time.
//   - A failed build or start leaves what serves alone.
//   - Every input leads to at least one event.
//   - From any state a stop ends in Exit, and each further one goes a step
//     further: without the rest of post_cmd, then at once.
//   - A rule runs once at a time, and once more after the last change that it
//     matches.
//   - Tests run beside no build, no start and no other tests, and once more after
//     the last change, unless the program does not compile.
//   - With Rerun, a program that has ended is started again, by a build that runs
//     or at a time that is set.
//   - A program that started before the last change of its environment is
//     replaced, also by the same binary.
//   - So is one that started before the last change of a file that it reads when
//     it starts, without a build unless one is under way, and also when that fails.
//   - After maxCanceled cancelled builds in a row one is left to finish, so
//     that constant saving cannot starve the reload.
//
// Time is an input too: State.due says when a Tick is wanted.
//
// It does not watch, build, run or print.
package loop
