package export

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	merkle "github.com/merkle-drop/merkle"
	"github.com/merkle-drop/merkle/tree"
)

// Structs become objects by their json tags, and everything in them a string, an array or an object: integers are decimal
// digits, yes/no is a bool, an absent (nil) amount or integer is the empty string.

var (
	amountType  = reflect.TypeFor[merkle.Amount]()
	profileType = reflect.TypeFor[tree.Profile]()
)

// toValue turns a struct, slice, map[string]string or scalar into a value for appendValue. A profile writes itself.
func toValue(v reflect.Value) any {
	switch {
	case v.Type() == amountType:
		return v.Interface().(merkle.Amount).String()
	case v.Type() == profileType:
		p := v.Interface().(tree.Profile)
		return profileValue(&p)
	case v.Kind() == reflect.Pointer && v.IsNil():
		return ""
	case v.Kind() == reflect.Pointer:
		return toValue(v.Elem())
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = toValue(v.Index(i))
		}
		return list
	case reflect.Map:
		members := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			members[it.Key().String()] = toValue(it.Value())
		}
		return members
	case reflect.Struct:
		members := make(map[string]any, v.NumField())
		for i := range v.NumField() {
			members[v.Type().Field(i).Tag.Get("json")] = toValue(v.Field(i))
		}
		return members
	}
	panic("export: " + v.Type().String() + " has no form in a bundle file")
}

// What may be wrong with a member of a bundle file.
var (
	errKind    = errors.New("wrong kind")
	errMissing = errors.New("missing member")
	errUnknown = errors.New("unknown member")
	errInteger = errors.New("not a whole number in plain decimal digits")
	errYesNo   = errors.New("not yes or no")
)

// fromValue fills dst from v. It refuses missing and unknown members and any spelling that toValue does not write.
func fromValue(dst reflect.Value, v any) error {
	switch {
	case dst.Type() == amountType:
		text, _ := v.(string)
		a, err := merkle.ParseAmount(text)
		if err != nil {
			return err
		}
		dst.Set(reflect.ValueOf(a))
		return nil
	case dst.Type() == profileType:
		text, err := appendValue(nil, v)
		if err != nil {
			return err
		}
		return dst.Addr().Interface().(*tree.Profile).UnmarshalJSON(text)
	case dst.Kind() == reflect.Pointer:
		if v == "" {
			return nil
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		return fromValue(dst.Elem(), v)
	}
	switch dst.Kind() {
	case reflect.Interface: // rows of a shard, whose cells are of two kinds
		dst.Set(reflect.ValueOf(v))
		return nil
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%w, want an array", errKind)
		}
		dst.Set(reflect.MakeSlice(dst.Type(), len(list), len(list)))
		for i, e := range list {
			if err := fromValue(dst.Index(i), e); err != nil {
				return fmt.Errorf("[%d]%w", i, within(err))
			}
		}
		return nil
	case reflect.Map, reflect.Struct:
		members, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%w, want an object", errKind)
		}
		if dst.Kind() == reflect.Map {
			return mapFromValue(dst, members)
		}
		return structFromValue(dst, members)
	}
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%w, want a string", errKind)
	}
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || strconv.FormatInt(n, 10) != text || dst.OverflowInt(n) {
			return fmt.Errorf("%w: %q", errInteger, text)
		}
		dst.SetInt(n)
	case reflect.Bool:
		if text != "yes" && text != "no" {
			return fmt.Errorf("%w: %q", errYesNo, text)
		}
		dst.SetBool(text == "yes")
	default:
		panic("export: " + dst.Type().String() + " has no form in a bundle file")
	}
	return nil
}

// profileValue is the parameter set of FORMAT.md 4.1.
func profileValue(p *tree.Profile) any {
	text, err := p.MarshalJSON()
	if err == nil {
		var v any
		if v, err = parseCanonical(text); err == nil {
			return v
		}
	}
	panic("export: profile parameters are not canonical JSON: " + err.Error())
}

func structFromValue(dst reflect.Value, members map[string]any) error {
	for i := range dst.NumField() {
		name := dst.Type().Field(i).Tag.Get("json")
		v, ok := members[name]
		if !ok {
			return fmt.Errorf(".%s: %w", name, errMissing)
		}
		if err := fromValue(dst.Field(i), v); err != nil {
			return fmt.Errorf(".%s%w", name, within(err))
		}
	}
	if len(members) == dst.NumField() {
		return nil
	}
	for _, name := range sortedKeys(members) {
		known := false
		for i := range dst.NumField() {
			known = known || dst.Type().Field(i).Tag.Get("json") == name
		}
		if !known {
			return fmt.Errorf(".%s: %w", name, errUnknown)
		}
	}
	return nil
}

func mapFromValue(dst reflect.Value, members map[string]any) error {
	dst.Set(reflect.MakeMapWithSize(dst.Type(), len(members)))
	for _, name := range sortedKeys(members) {
		e := reflect.New(dst.Type().Elem()).Elem()
		if err := fromValue(e, members[name]); err != nil {
			return fmt.Errorf(".%s%w", name, within(err))
		}
		dst.SetMapIndex(reflect.ValueOf(name), e)
	}
	return nil
}

// placed is an error whose text begins with the path of the member, such as ".trees[0].root: missing".
type placed struct{ error }

func (p placed) Unwrap() error { return p.error }

func (p placed) Error() string {
	if text := p.error.Error(); len(text) > 0 && (text[0] == '.' || text[0] == '[') {
		return text
	}
	return ": " + p.error.Error()
}

func within(err error) error { return placed{err} }
