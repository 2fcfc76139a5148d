package moderation

// Finding is one thing that the doctor looked at: what it found and, where
// something is wrong, what to do.
type Finding struct {
	OK     bool
	Says   Sentence
	Remedy Sentence
}

// Good makes a finding of what is as it should be, as Say takes it.
func Good(key string, pairs ...any) Finding { return Finding{OK: true, Says: Say(key, pairs...)} }

// Wrong makes a finding of what is not, with the sentence of the remedy, which
// fills its gaps from the same pairs.
func Wrong(key, remedy string, pairs ...any) Finding {
	return Finding{Says: Say(key, pairs...), Remedy: Say(remedy, pairs...)}
}
