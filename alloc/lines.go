package alloc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxLine bounds a line, and a row whose quoted cells run over several lines: 1 MiB.
const maxLine = 1 << 20

// What may be wrong with a line before its cells are looked at.
var (
	ErrLongLine = errors.New("line is longer than 1 MiB")
	ErrNUL      = errors.New("NUL byte")
	ErrUTF8     = errors.New("not valid UTF-8")
	ErrNoRows   = errors.New("file is empty")
	ErrLoneCR   = errors.New("carriage return that does not end a line")
)

// lines cuts a stream into lines. The buffer is never larger than the longest line allowed, so a line of a
// gigabyte is refused at the cost of a megabyte.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int // unread part of buf
	line       int // number of the line last returned
	eof        bool
	err        error // from r, not io.EOF
}

const firstBuffer = 256 << 10

func newLines(r io.Reader) *lines { return &lines{r: r, buf: make([]byte, firstBuffer)} }

// next returns the next line without its end, and the end ("\n", "\r\n" or, for a last line, ""). The bytes are valid until
// the following call. At the end ok is false with err nil.
func (l *lines) next() (text, end []byte, ok bool, err error) {
	scanned := 0
	for {
		if i := bytes.IndexByte(l.buf[l.start+scanned:l.end], '\n'); i >= 0 {
			stop := l.start + scanned + i
			return l.cut(stop, stop+1)
		}
		scanned = l.end - l.start
		if l.eof {
			if l.err != nil {
				return nil, nil, false, l.err
			}
			if scanned == 0 {
				return nil, nil, false, nil
			}
			return l.cut(l.end, l.end)
		}
		if scanned > maxLine+1 {
			l.line++
			return nil, nil, false, ErrLongLine
		}
		l.fill()
	}
}

func (l *lines) cut(stop, next int) (text, end []byte, ok bool, err error) {
	text, end = l.buf[l.start:stop], l.buf[stop:next]
	if n := len(text); next > stop && n > 0 && text[n-1] == '\r' {
		text, end = text[:n-1], l.buf[stop-1:next]
	}
	l.start = next
	l.line++
	if len(text) > maxLine {
		return nil, nil, false, ErrLongLine
	}
	if l.line == 1 {
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	return text, end, true, nil
}

// fill makes room and reads more. It grows the buffer in one step, to the size of the longest line.
func (l *lines) fill() {
	if l.start > 0 {
		l.end = copy(l.buf, l.buf[l.start:l.end])
		l.start = 0
	}
	if l.end == len(l.buf) {
		l.buf = append(make([]byte, 0, maxLine+3), l.buf...)[:maxLine+3]
	}
	for range 100 { // a reader may return nothing without an error, but not for ever
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		if err != nil {
			l.eof = true
			if err != io.EOF {
				l.err = err
			}
			return
		}
		if n > 0 {
			return
		}
	}
	l.eof, l.err = true, io.ErrNoProgress
}

// badByte finds the first NUL byte or invalid UTF-8 of a line: its offset and what is wrong.
func badByte(text []byte) (int, error) {
	nul := bytes.IndexByte(text, 0)
	if nul < 0 && utf8.Valid(text) {
		return 0, nil
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i, fmt.Errorf("%w: byte 0x%02x", ErrUTF8, text[i])
		}
		if r == 0 {
			return i, ErrNUL
		}
		i += size
	}
	return nul, ErrNUL
}

// plain reports whether all bytes of a line are ASCII, none is a control character and none is the special one.
func plain(text []byte, special byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		if (w|(w-' '*ones)|((w^uint64(special)*ones)-ones))&tops != 0 { // the lowest byte below what is taken from it borrows into its top bit
			return false
		}
	}
	for _, b := range text {
		if b < ' ' || b >= 0x80 || b == special {
			return false
		}
	}
	return true
}
