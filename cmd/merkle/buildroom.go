package main

import (
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
	return room
}
