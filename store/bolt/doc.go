// Package bolt keeps roomwarden's memory in one bbolt file. Open gives a
// store.Store; one process at a time holds the file.
//
// # Durability
//
// One goroutine commits. It takes every update that waits, runs them in one
// bbolt transaction and makes them durable with one sync: alone, an update
// waits for nobody; a hundred at once share the sync. A function that fails is
// taken back by its undo log, so that it spoils no other. Nobody is told a
// result, not even an error, before the transaction that it was read in is on disk.
//
// # Layout
//
// Numbers are big endian, so that keys sort as numbers do; a time is its Unix
// seconds with the sign bit turned (8 bytes) and its nanoseconds (4 bytes). All
// buckets are top-level ones.
//
//	bucket          key                       value
//	meta            schema                    the version of this layout, 8 bytes
//	                seq, case                 the last record's and case's number, 8 bytes
//	                head                      the last record's hash, in hex
//	                turn                      the last place given in the outbox, 8 bytes
//	                waiting                   how many posts wait, 8 bytes
//	inbox_keys      envelope key              accepted at, then 1 while pending or 0
//	inbox_pending   accepted at, envelope key envelope (JSON)
//	inbox_done      accepted at, envelope key nothing
//	records         seq                       record (JSON)
//	cases           case                      case at, latest at of all cases up to this one, case (JSON)
//	case_records    case, seq                 nothing
//	case_keys       Details.Key               case
//	case_open       case                      nothing; the case waits for an outcome
//	case_index      field, digest, case       nothing; see index
//	posts           case, channel             place in the outbox or 0, post (JSON)
//	posts_pending   place                     case, channel
//	posts_channel   channel, NUL, place       case
//	documents       collection, NUL, key      the document
//	revisions       collection                how often it was written, 8 bytes
//
// schema-1.db.gz in testdata is a file of the first version, and so on. They
// never change; every later version opens them.
package bolt
