// Package tools writes the claims of a tree as the files that other people's contracts, claim pages and platforms read.
//
// Every kind is a row of [Kinds]: which tool reads it, which profiles it fits and what it has to be told. [Write] puts a file or folder in
// place whole or not at all; [Stream] writes a kind of one file to a writer. Both refuse what the reader of the file would refuse,
// cut off or take for something else, by row, before the first byte.
//
// A file holds only what follows from the tree and the options. Members of the original that nobody told are left out, not made up.
package tools
