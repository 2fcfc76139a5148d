package bolt

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/roomwarden/roomwarden/moderation"
)

// schema is the version of the layout that this code writes.
const schema = 2

// upgrades brings a file from the version of its index plus one to the next.
// Each entry is written once and stays as it is.
var upgrades = []func(tx *bbolt.Tx) error{placeByChannel}

// placeByChannel makes version 2: the posts that wait can be walked channel by
// channel, however many wait in others.
func placeByChannel(tx *bbolt.Tx) error {
	to, err := tx.CreateBucket([]byte("posts_channel"))
	if err != nil {
		return err
	}
	from := tx.Bucket([]byte("posts_pending"))
	if from == nil {
		return errors.New("bucket posts_pending is missing")
	}
	return from.ForEach(func(place, name []byte) error { // name is the case, then the channel
		return to.Put(append(append(append([]byte(nil), name[8:]...), 0), place...), name[:8])
	})
}

var (
	metaBucket         = []byte("meta")
	inboxKeysBucket    = []byte("inbox_keys")
	inboxPendingBucket = []byte("inbox_pending")
	inboxDoneBucket    = []byte("inbox_done")
	recordsBucket      = []byte("records")
	casesBucket        = []byte("cases")
	caseRecordsBucket  = []byte("case_records")
	caseKeysBucket     = []byte("case_keys")
	caseOpenBucket     = []byte("case_open")
	caseIndexBucket    = []byte("case_index")
	postsBucket        = []byte("posts")
	postsPendingBucket = []byte("posts_pending")
	postsChannelBucket = []byte("posts_channel")
	documentsBucket    = []byte("documents")
	revisionsBucket    = []byte("revisions")
)

var buckets = [][]byte{
	metaBucket, inboxKeysBucket, inboxPendingBucket, inboxDoneBucket, recordsBucket, casesBucket,
	caseRecordsBucket, caseKeysBucket, caseOpenBucket, caseIndexBucket, postsBucket,
	postsPendingBucket, postsChannelBucket, documentsBucket, revisionsBucket,
}

// The keys of the meta bucket.
var (
	schemaKey  = []byte("schema")
	seqKey     = []byte("seq")
	caseKey    = []byte("case")
	headKey    = []byte("head")
	turnKey    = []byte("turn")
	waitingKey = []byte("waiting")
)

// lay makes the buckets of a new file.
func lay(tx *bbolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return tx.Bucket(metaBucket).Put(schemaKey, number(schema))
}

// version returns the version of a file's layout, zero where it has none.
func version(tx *bbolt.Tx) uint64 {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return 0
	}
	return readNumber(meta.Get(schemaKey))
}

// upgrade brings the file to this layout, all of the way or not at all.
func upgrade(db *bbolt.DB) error {
	current := uint64(len(upgrades)) + 1
	return db.Update(func(tx *bbolt.Tx) error {
		have := version(tx)
		switch {
		case have == 0:
			return moderation.Fault(moderation.CodeInvalid, "store.not_ours", "File", moderation.Literal(db.Path()))
		case have > current:
			return moderation.Fault(moderation.CodeInvalid, "store.newer", "File", moderation.Literal(db.Path()),
				"Version", have, "Known", current)
		case have == current:
			return errNothingToDo
		}
		for v := have; v < current; v++ {
			if err := upgrades[v-1](tx); err != nil {
				return fmt.Errorf("upgrade the store from version %d: %w", v, err)
			}
		}
		return tx.Bucket(metaBucket).Put(schemaKey, number(current))
	})
}
