// Package extsort sorts more records than memory holds: records of one size are gathered in memory, sorted runs of them are written to a
// directory, and the runs are merged. It knows nothing of what a record means, and its order is a total one, so what comes
// out does not depend on memory, on the number of workers or on the order in which equal runs were written.
package extsort
