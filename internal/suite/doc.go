// Package suite runs the tests that a change may break: those of the packages
// that it is in, and of all that import them, directly or not, their tests
// included. A go list at the time of the run says which these are, so nothing is
// known from before that could be wrong.
//
// # Contract
//
//   - A file belongs to the package of its folder, and one below a folder without
//     Go files (testdata, templates) to the package above it. What belongs to no
//     package, as go.mod, may break any.
//   - The tests are run by go test, which answers from its cache for what has not
//     changed, in one command and with the flags of the user.
//   - Run ends with its context, and nothing that it has started runs any more
//     then.
//   - A test that fails is a value, Report; an error says that there is no answer.
//
// It does not decide when tests run, and prints nothing.
package suite
