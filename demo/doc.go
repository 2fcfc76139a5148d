// Package demo is roomwarden without an account: a workspace of its own, the
// simulated rooms, and the real bot between them in one process. Run serves the
// workspace as a page; Tour plays a shift in the terminal.
package demo
