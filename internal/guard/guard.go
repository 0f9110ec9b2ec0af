// Package guard holds the tests that keep the house straight: which room may import which, no floating point near values, every
// exported name documented, no hidden state. They are Go tests so that they hold without any linter installed.
package guard
