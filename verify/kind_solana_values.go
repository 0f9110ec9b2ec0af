package verify

import "strings"

// solanaKey reads a Solana key as files spell it: base58, 64 hex digits with or without 0x, a list of 32 byte numbers, or the object
// {"type": "Buffer", "data": […]} that Node writes. The text is base58.
func solanaKey(v jval) (a account, text string, ok bool) {
	a.fam = solana
	if v.kind() == '"' {
		return solanaKeyText(v.text())
	}
	a.raw, ok = hashValue(bufferData(v), 32)
	if !ok {
		return a, "", false
	}
	return a, base58(a.raw[:]), true
}

func solanaKeyText(s string) (a account, text string, ok bool) {
	a.fam = solana
	if unbase58(&a.raw, s) {
		return a, s, true
	}
	if a.raw, ok = hashOf(s, 32); !ok || len(s) < 64 {
		return account{fam: solana}, "", false
	}
	return a, base58(a.raw[:]), true
}

// bufferData is the list of bytes in an object that Node writes for a Buffer; other values are returned as they are.
func bufferData(v jval) jval {
	if v.kind() == '{' {
		if t, ok := v.get("type"); ok && t.text() == "Buffer" {
			if data, ok := v.get("data"); ok {
				return data
			}
		}
	}
	return v
}

// solanaAccount reads the account of a row and notes what is wrong or odd about its spelling.
func (p *filePass) solanaAccount(v jval, where string) (a account, text string, ok bool) {
	if v.kind() == '"' {
		s := v.text()
		if t := strings.TrimSpace(s); t != s {
			p.remark(RowSpelling, where, quotedText(s), "without the blanks")
			a, text, ok = solanaKeyText(t)
		} else {
			a, text, ok = solanaKeyText(s)
		}
	} else {
		a, text, ok = solanaKey(v)
	}
	if !ok {
		p.fault(RowAccount, where, clip(v.raw()), "a Solana key: base58 of 32 bytes, 64 hex digits or 32 byte numbers")
	}
	return a, text, ok
}

// bufferProof reads a list of hashes, each in any spelling of solanaKey, or hashes end to end in one text.
func bufferProof(dst []digest, r *fileRow, width int) ([]digest, error) {
	v := jval{r.src.doc, r.proof}
	if v.kind() == '"' {
		return jsonProof(dst, r, width)
	}
	v = bufferData(v)
	good := v.kind() == '['
	v.items(func(_ int, item jval) bool {
		d, ok := hashValue(bufferData(item), width)
		good = good && ok
		dst = append(dst, d)
		return good
	})
	if !good {
		return dst, errProof
	}
	return dst, nil
}
