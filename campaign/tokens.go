package campaign

import (
	"errors"
	"fmt"
	"strings"

	merkle "github.com/merkle-drop/merkle"
)

const maxDecimals = 36

// readTokens reads the object tokens, one key a token, in the order of the file.
func (r *reader) readTokens(n *node) []Token {
	if n == nil {
		return nil
	}
	if n.kind == object && len(n.pairs) == 0 {
		r.faults.Addf(n.pos, "tokens: at least one is needed")
	}
	var out []Token
	for _, p := range r.entries(n, "tokens", "with one key a token") {
		if !isTokenID(p.key) {
			r.fault(p.pos, "token", p.key, errors.New("an id has 1 to 64 letters, digits and the characters . _ + -, and starts with a letter or digit"))
			continue
		}
		out = append(out, r.token(p))
	}
	r.sameDecimals(out)
	return out
}

func isTokenID(v string) bool {
	const first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return v != "" && len(v) <= 64 && strings.IndexByte(first, v[0]) >= 0 && strings.Trim(v, first+"._+-") == ""
}

func (r *reader) token(p pair) Token {
	t := Token{Pos: p.pos, ID: p.key}
	k := r.object(p.value, "token "+p.key, "asset", "assets", "decimals", "pool")
	if k.broken {
		return t
	}
	decimals := k.need("decimals")
	t.Decimals = uint8(r.whole(decimals, "decimals", 0, maxDecimals))
	if pool := k.need("pool"); decimals != nil {
		t.Pool = r.tokens(pool, "pool", t.Decimals)
	}
	one, many := k.get("asset"), k.get("assets")
	switch {
	case one != nil && many != nil:
		r.faults.Addf(many.pos, "%s: asset and assets: write one of them", k.what)
	case one != nil:
		if a, ok := r.asset(one); ok {
			t.Assets = []AssetOn{{Pos: one.pos, Asset: a, Decimals: t.Decimals}}
		}
	case many != nil:
		r.assets(many, &t)
	default:
		r.faults.Addf(k.pos, "%s: one of the keys asset and assets is required", k.what)
	}
	return t
}

func (r *reader) asset(n *node) (merkle.Asset, bool) {
	v, ok := r.str(n, "asset")
	if !ok {
		return merkle.Asset{}, false
	}
	a, err := merkle.ParseAsset(v)
	if err != nil {
		r.fault(n.pos, "asset", v, err)
	}
	return a, err == nil
}

// assets reads the list form: a token on several chains under one pool.
func (r *reader) assets(n *node, t *Token) {
	items := r.list(n, "assets")
	if n.kind == list && len(items) == 0 {
		r.faults.Addf(n.pos, "token %s: assets is empty", t.ID)
	}
	finest, whole := uint8(0), true
	for _, item := range items {
		k := r.object(item, "asset of token "+t.ID, "asset", "decimals", "cap")
		if k.broken {
			whole = false
			continue
		}
		a := AssetOn{Pos: k.pos}
		id, at := k.need("asset"), k.need("decimals")
		a.Decimals = uint8(r.whole(at, "decimals", 0, maxDecimals))
		if at != nil && a.Decimals > t.Decimals {
			r.fault(at.pos, "decimals", at.text, fmt.Errorf("%w: token %s has %d, which is to be the finest of its assets", ErrRange, t.ID, t.Decimals))
		}
		finest = max(finest, a.Decimals)
		if most := k.get("cap"); most != nil {
			v := r.tokens(most, "cap", t.Decimals)
			a.Cap = &v
		}
		asset, ok := r.asset(id)
		if whole = whole && ok && at != nil; !ok {
			continue
		}
		a.Asset = asset
		if other := t.on(asset.Chain); other != nil {
			r.fault(id.pos, "asset", id.text, fmt.Errorf("token %s is on %s already, at %s", t.ID, asset.Chain, other.Pos))
			continue
		}
		t.Assets = append(t.Assets, a)
	}
	if whole && len(items) > 0 && finest < t.Decimals {
		r.faults.Addf(t.Pos, "token %s has %d decimals, but none of its assets has more than %d: write the finest of them", t.ID, t.Decimals, finest)
	}
}

// sameDecimals refuses one asset with two decimals: one of them is wrong, by a power of ten.
func (r *reader) sameDecimals(tokens []Token) {
	type use struct {
		token    string
		decimals uint8
	}
	seen := make(map[string]use)
	for _, t := range tokens {
		for _, a := range t.Assets {
			id := string(a.Asset.Chain) + "/" + a.Asset.Namespace + ":" + a.Asset.Token.Text() // one spelling for EVM contracts
			if a.Asset.Token.IsZero() {
				id += a.Asset.Reference
			}
			if u, ok := seen[id]; ok && u.decimals != a.Decimals {
				r.fault(a.Pos, "asset", a.Asset.String(), fmt.Errorf("has %d decimals here and %d in token %s", a.Decimals, u.decimals, u.token))
			} else if !ok {
				seen[id] = use{t.ID, a.Decimals}
			}
		}
	}
}
