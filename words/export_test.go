package words

// Template returns a sentence as it stands in the word list.
func (p *Printer) Template(key string) string { return p.templates[key].Root.String() }
