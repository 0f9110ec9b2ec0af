package alloc

import (
	"io"

	merkle "github.com/merkle-drop/merkle"
)

// Previous names the bundle that an allocation goes on from; both are empty when there is none.
type Previous struct {
	ID       string // campaign id
	Manifest string // SHA-256 of its manifest.json, 64 hex digits
}

// PublishedTable is what a rule publishes beside the claims (export/FORMAT.md section 6.1): state for the next campaign, and reports.
type PublishedTable struct {
	Name    string   // kebab-case
	Columns []string // in the order of the rule's page
	Rows    int64

	// rows calls emit with one or more rows, joined by newlines, sorted by bytes. The bytes are valid during the call.
	rows func(emit func(row []byte) error) error
}

// WriteTo streams the table in canonical form.
func (t *PublishedTable) WriteTo(w io.Writer) (int64, error) {
	return (&Input{Columns: t.Columns, rows: t.rows}).WriteTo(w)
}

// Tranche is one leaf of a campaign with claims: tranches. An entrant's tranches stand by Unlock, and no two have the same.
type Tranche struct {
	Entrant uint32        // index into Allocation.Entrants
	Amount  merkle.Amount // base units of the token, above 0
	Unlock  int64         // Unix seconds
}
