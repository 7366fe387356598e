// Package proc deals with trees of processes: it starts one in a group of its
// own, tells when it or a process that it left behind has ended, finds out
// what belongs to a session of ginreload and makes sure that nothing of it
// survives, whatever happens to ginreload itself.
//
// A session is known by a token in the environment (SessionEnv), because that
// is the one mark which a process cannot shed by forking, starting a session or
// being adopted. A guard, a second process that waits for ginreload's end,
// cleans up after a kill -9.
//
// It does not know what the processes are for, restart any of them, or print.
// Finding processes by token, by parent and by port works on Linux; elsewhere
// process groups take its place, and on Windows the tree as taskkill sees it.
package proc
