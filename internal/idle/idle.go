// Package idle gives memory back that only a program's start needed: the heap's
// free pages, and the pages of the program's own file, which the system reads
// again where one is needed after all.
package idle

import "runtime/debug"

// Shrink gives back what is not in use. It takes some milliseconds and may be
// called at any time; what it cannot give back stays.
func Shrink() {
	debug.FreeOSMemory()
	dropText()
}
