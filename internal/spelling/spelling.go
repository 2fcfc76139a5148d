// Package spelling says how far words are apart, to suggest what was meant.
package spelling

// longest is from how many runes on words are not compared: names never are so long.
const longest = 64

// Distance counts the runes to change, add or drop between a and b. Words of more
// than 64 runes count as that far from every other.
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	if len(from) > longest || len(to) > longest {
		return longest
	}
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, q := range to {
			change := corner
			if r != q {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(to)]
}
