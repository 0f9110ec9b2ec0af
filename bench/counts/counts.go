// Package counts holds the stages of a tree to the cost model of docs/performance.md: hashes and allocations a row, which are the same on every machine.
package counts
