//go:build !linux

package idle

func dropText() {}
