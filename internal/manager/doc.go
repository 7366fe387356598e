// Package manager is the service manager's side of sd_notify(3) and
// sd_listen_fds(3): a Bus on which programs report, and a Store for the
// listening sockets that they want to be kept while they are away.
//
// It starts and signals no process, and does not decide what a notification
// means or whether its sender may say so: a Sender tells who it is. On systems
// other than Linux the sender is not known; there the folder of the socket has
// to keep others out.
package manager
