// Package export turns an allocation into published files and reads them back.
//
// Trees makes the Merkle trees that a campaign names, Write puts them with all that is needed to claim and to check into a
// bundle, and Open finds an account's claims and proofs in one. The bundle is specified byte by byte in FORMAT.md; the
// verifier, which shares no code with this package, reads that text and nothing here.
package export
