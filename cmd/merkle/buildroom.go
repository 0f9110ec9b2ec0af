package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/merkle-drop/merkle/campaign"
	"github.com/merkle-drop/merkle/export"
)

// buildRoom is what a build through disk takes at most, in bytes, about.
type buildRoom struct {
	memory int64 // beside buffers
	temp   int64 // temporary files
	bundle int64
}

// tempFactor is how many bytes of temporary files a byte of the list makes until its claims are there, measured: 1.6.
const tempFactor = 2

// roomOf estimates from declared rows or the sizes of files.
func roomOf(c *campaign.Campaign) (room buildRoom) {
	size, rows := int64(0), int64(0)
	months := monthsOf(c) != nil
	everyInput(c, func(in *campaign.Input) {
		size += inputSize(c, in)
		if n := listRows(c, in); months { // an entrant may stand in one of them only
			rows += n
		} else {
			rows = max(rows, n)
		}
	})
	room.temp, room.bundle = size*tempFactor, size
	fixed := c.Rule.Fixed != nil
	if !fixed { // rows are sorted twice, for the claims and for the canonical form, which is kept
		room.temp *= 2
	}
	// A row of a list is one leaf. Of other rules a row is a leaf of every tree on its chain, which is one of them.
	chains := map[string]buildRoom{}
	var most buildRoom
	for i := range c.Trees {
		t := &c.Trees[i]
		n := export.NeedOf(c, t, rows)
		leaves, key := rows, string(t.Chain)
		if fixed {
			key = t.ID
		} else {
			leaves *= int64(len(t.Tokens))
		}
		of := chains[key]
		of.memory, of.temp, of.bundle = of.memory+leaves*n.Memory, of.temp+leaves*n.Temp, of.bundle+leaves*n.Bundle
		chains[key] = of
		most = buildRoom{max(most.memory, of.memory), max(most.temp, of.temp), max(most.bundle, of.bundle)}
	}
	room.memory, room.temp = most.memory, room.temp+most.temp
	room.bundle += most.bundle + rows*export.RowBytes
	if c.Rule.Close != nil { // the leaves are an input, and those that nobody claimed a table
		x := roundOf(c)
		room.memory = x.sums * sumsMemory
		room.temp += 2*x.text + x.leaves*leafRecords
		room.bundle = size + 2*x.text
	}
	return room
}

const (
	leafRecords = 220 // bytes of the records of a leaf: by account and tree, in the order of the input, and of the table
	sumsMemory  = 3   // bytes held a byte of SHA256SUMS: its text and where each line is
)

// closedRound is how large the round is that a campaign closes; nothing when it cannot be read, which the build tells.
type closedRound struct {
	leaves int64
	text   int64 // bytes of all leaves as rows of the canonical input
	sums   int64 // bytes of SHA256SUMS
}

func roundOf(c *campaign.Campaign) (x closedRound) {
	dir := filepath.Join(filepath.Dir(c.Path), filepath.FromSlash(c.Rule.Close.Round.Dir))
	f, err := os.Open(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return x
	}
	defer f.Close()
	var m struct {
		Trees []struct {
			ID, Chain, Leaves string
			Tokens, Totals    []string
		}
	}
	if json.NewDecoder(io.LimitReader(f, 64<<20)).Decode(&m) != nil {
		return x
	}
	for i := range m.Trees {
		t := &m.Trees[i]
		n, err := strconv.ParseInt(t.Leaves, 10, 33)
		if err != nil || n < 0 {
			continue
		}
		const account = 44 + 5 // the longest text, commas and the end of the line
		row := len(t.ID) + len(t.Chain) + account
		for _, s := range append(t.Tokens, t.Totals...) {
			row += len(s)
		}
		x.leaves, x.text = x.leaves+n, x.text+n*int64(row)
	}
	if info, err := os.Stat(filepath.Join(dir, "SHA256SUMS")); err == nil {
		x.sums = info.Size()
	}
	return x
}
