package alloc

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
)

// Members of a gzip file as bgzip makes them: each tells its length in its header (the field BC of the SAM specification, section 4.1) and holds at most
// 64 KiB, packed and unpacked. Of other files the end of a member is known only once it is unpacked.
const (
	memberSize  = 64 << 10
	memberBatch = 32 // unpacked side by side: 4 MiB of room
)

// members unpacks members that tell their length on several processors. What is not as it was told, or does not tell it, is read by one gzip.Reader from there
// on, so that bytes and errors are those of reading the whole file with one.
type members struct {
	in      *bufio.Reader
	all     [memberBatch]member
	batch   []member  // of all, those that were read last
	now     int       // member of batch that is read from
	ended   bool      // no member that tells its length is behind batch
	rest    io.Reader // once the lengths are of no more use
	workers []gzip.Reader
}

type member struct {
	packed []byte
	room   []byte
	text   []byte // of room, still to be read
	clear  bool   // the member ends where it tells and is whole
}

// newGzip reads a gzip file from its start.
func newGzip(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(&lasting{r: r}, 2*memberSize)
	if toldLength(in) == 0 {
		return gzip.NewReader(in)
	}
	return &members{in: in, workers: make([]gzip.Reader, runtime.GOMAXPROCS(0))}, nil
}

// lasting tells an error again and again: a bufio.Reader forgets it.
type lasting struct {
	r   io.Reader
	err error
}

func (l *lasting) Read(p []byte) (n int, err error) {
	if l.err != nil {
		return 0, l.err
	}
	n, l.err = l.r.Read(p)
	return n, l.err
}

// toldLength is the length of the next member as its header tells; 0 where it does not.
func toldLength(in *bufio.Reader) int {
	head, _ := in.Peek(12)
	if len(head) < 12 || head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 || head[3] != 4 { // of the flags only that of fields
		return 0
	}
	n := int(binary.LittleEndian.Uint16(head[10:]))
	if head, _ = in.Peek(12 + n); len(head) < 12+n {
		return 0
	}
	for fields := head[12:]; len(fields) >= 4; {
		size := int(binary.LittleEndian.Uint16(fields[2:]))
		if size > len(fields)-4 {
			return 0
		}
		if fields[0] == 'B' && fields[1] == 'C' && size == 2 {
			told := int(binary.LittleEndian.Uint16(fields[4:])) + 1
			if told < 12+n {
				return 0
			}
			return told
		}
		fields = fields[4+size:]
	}
	return 0
}

func (z *members) Read(p []byte) (int, error) {
	for z.rest == nil {
		for ; z.now < len(z.batch) && z.batch[z.now].clear; z.now++ {
			m := &z.batch[z.now]
			if n := copy(p, m.text); n > 0 || len(p) == 0 {
				m.text = m.text[n:]
				return n, nil
			}
		}
		if z.now < len(z.batch) || z.ended {
			z.onlyOne()
			break
		}
		z.next()
	}
	return z.rest.Read(p)
}

// onlyOne goes on with one reader, from the present member.
func (z *members) onlyOne() {
	var from []io.Reader
	for ; z.now < len(z.batch); z.now++ {
		from = append(from, bytes.NewReader(z.batch[z.now].packed))
	}
	r, err := gzip.NewReader(bufio.NewReader(io.MultiReader(append(from, z.in)...)))
	if z.rest = r; err != nil {
		z.rest = failing{err}
	}
}

// next unpacks the next members.
func (z *members) next() {
	z.now = 0
	n := 0
	for ; n < memberBatch && !z.ended; n++ {
		told := toldLength(z.in)
		if told == 0 {
			z.ended = true
			break
		}
		m := &z.all[n]
		if m.room == nil { // a small file has few members
			m.packed, m.room = make([]byte, memberSize), make([]byte, memberSize)
		}
		m.packed = m.packed[:told]
		got, err := io.ReadFull(z.in, m.packed)
		m.packed, z.ended = m.packed[:got], err != nil
	}
	z.batch = z.all[:n]
	var wait sync.WaitGroup
	var taken atomic.Int64
	work := func(worker int) {
		for at := int(taken.Add(1)) - 1; at < n; at = int(taken.Add(1)) - 1 {
			z.batch[at].unpack(&z.workers[worker])
		}
	}
	for i := 1; i < min(len(z.workers), n); i++ {
		wait.Go(func() { work(i) })
	}
	work(0)
	wait.Wait()
}

// unpack unpacks a member, if it is one and no more.
func (m *member) unpack(z *gzip.Reader) {
	m.clear = false
	packed := bytes.NewReader(m.packed)
	if z.Reset(packed) != nil {
		return
	}
	z.Multistream(false)
	n, err := 0, error(nil)
	for n < len(m.room) && err == nil {
		var k int
		k, err = z.Read(m.room[n:])
		n += k
	}
	if err == nil { // all of the room is used
		var more [1]byte
		if _, err = io.ReadFull(z, more[:]); err == nil {
			return
		}
	}
	m.text, m.clear = m.room[:n], err == io.EOF && packed.Len() == 0
}
