// Package moderation is the domain of roomwarden: rooms and the people in them,
// what a moderator may do to them, the case that each attempt becomes, and the
// chain of audit records behind it. It imports the standard library only and
// does no I/O; every function is safe for concurrent use.
package moderation
