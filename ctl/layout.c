/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "layout.h"

enum { DEPTH_MAX = 32 }; /* of types in types; ours have 5 */

static const struct btf_type *type_of(struct layout *l)
{
	const struct btf_type *t;

	while ((t = btf__type_by_id(l->btf, l->type)) && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t)))
		l->type = t->type;
	return t;
}

static const char *name_at(struct layout l, __u32 off)
{
	const char *name = btf__name_by_offset(l.btf, off);

	return name ? name : "";
}

static bool is_signed(const struct btf_type *t) { return btf_int_encoding(t) & BTF_INT_SIGNED; }

static const char *kind_text(const struct btf_type *t)
{
	if (btf_is_struct(t))
		return "struct";
	if (btf_is_union(t))
		return "union";
	return "enum";
}

void layout_describe(struct layout l, struct strbuf *out)
{
	const struct btf_type *t = type_of(&l);

	if (!t || !btf_kind(t)) {
		strbuf_add(out, "nothing");
	} else if (btf_is_int(t)) {
		strbuf_add(out, "%s integer of %u byte%s", is_signed(t) ? "signed" : "unsigned", t->size,
			   t->size == 1 ? "" : "s");
	} else if (btf_is_array(t)) {
		strbuf_add(out, "array of %u, each ", btf_array(t)->nelems);
		layout_describe((struct layout){ l.btf, btf_array(t)->type }, out);
	} else if (btf_is_composite(t) || btf_is_any_enum(t)) {
		strbuf_add(out, "%s %s of %u bytes", kind_text(t), t->name_off ? name_at(l, t->name_off) : "without a name",
			   t->size);
	} else {
		strbuf_add(out, "%s", btf_is_ptr(t) ? "pointer" : "type of another kind");
	}
}

/* What is compared, and where in it a difference would be. */
struct comparison {
	struct strbuf *why;
	const char *composite, *member; /* the innermost ones with names; "" at the top */
	int depth;
};

static void say_where(const struct comparison *c)
{
	if (c->composite[0])
		strbuf_add(c->why, "%s, ", c->composite);
	if (c->member[0])
		strbuf_add(c->why, "member %s: ", c->member);
}

static bool differ(const struct comparison *c, struct layout there, struct layout wanted)
{
	say_where(c);
	layout_describe(there, c->why);
	strbuf_add(c->why, ", wanted ");
	layout_describe(wanted, c->why);
	return false;
}

static bool agree(struct layout there, struct layout wanted, const struct comparison *c);

/* The member of this name; of those without a name the one at the same place in the list. */
static const struct btf_member *find_member(struct layout l, const struct btf_type *t, const char *name, int at)
{
	const struct btf_member *m = btf_members(t);

	if (!name[0])
		return at < btf_vlen(t) && !name_at(l, m[at].name_off)[0] ? &m[at] : NULL;
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(name_at(l, m[i].name_off), name))
			return &m[i];
	return NULL;
}

static void add_place(struct strbuf *b, __u32 bit)
{
	if (bit % 8)
		strbuf_add(b, "bit %u", bit);
	else
		strbuf_add(b, "byte %u", bit / 8);
}

static bool member_agrees(struct layout there, const struct btf_type *x, struct layout wanted, const struct btf_type *y, int i,
			  const struct comparison *c)
{
	const struct btf_member *want = &btf_members(y)[i];
	const char *name = name_at(wanted, want->name_off);
	const struct btf_member *have = find_member(there, x, name, i);
	__u32 at, at_wanted = btf_member_bit_offset(y, (__u32)i);
	struct comparison inner = *c;

	inner.member = name;
	inner.depth++;
	if (!have) {
		say_where(&inner);
		strbuf_add(c->why, "is not there");
		if (i < btf_vlen(x))
			strbuf_add(c->why, " (in its place %s)", name_at(there, btf_members(x)[i].name_off));
		return false;
	}
	at = btf_member_bit_offset(x, (__u32)(have - btf_members(x)));
	if (at != at_wanted) {
		say_where(&inner);
		strbuf_add(c->why, "at ");
		add_place(c->why, at);
		strbuf_add(c->why, ", wanted at ");
		add_place(c->why, at_wanted);
		return false;
	}
	if (btf_member_bitfield_size(x, (__u32)(have - btf_members(x))) != btf_member_bitfield_size(y, (__u32)i)) {
		say_where(&inner);
		strbuf_add(c->why, "a bit field of another width");
		return false;
	}
	return agree((struct layout){ there.btf, have->type }, (struct layout){ wanted.btf, want->type }, &inner);
}

static bool composites_agree(struct layout there, const struct btf_type *x, struct layout wanted, const struct btf_type *y,
			     const struct comparison *c)
{
	_cleanup_strbuf_ struct strbuf name = { NULL, 0, 0 };
	struct comparison inner = *c;

	if (strcmp(name_at(there, x->name_off), name_at(wanted, y->name_off)))
		return differ(c, there, wanted);
	if (y->name_off) {
		strbuf_add(&name, "%s %s", kind_text(y), name_at(wanted, y->name_off));
		inner.composite = name.str;
		inner.member = "";
	}
	for (int i = 0; i < btf_vlen(y); i++)
		if (!member_agrees(there, x, wanted, y, i, &inner))
			return false;
	for (int i = 0; i < btf_vlen(x); i++) {
		inner.member = name_at(there, btf_members(x)[i].name_off);
		if (!find_member(wanted, y, inner.member, i)) {
			say_where(&inner);
			strbuf_add(c->why, "is there, and not wanted");
			return false;
		}
	}
	return x->size == y->size || differ(c, there, wanted);
}

/* Name and value of an enum's member. */
static long long enum_member(struct layout l, const struct btf_type *t, int i, const char **name)
{
	if (btf_is_enum64(t)) {
		*name = name_at(l, btf_enum64(t)[i].name_off);
		return (long long)btf_enum64_value(&btf_enum64(t)[i]);
	}
	*name = name_at(l, btf_enum(t)[i].name_off);
	return btf_enum(t)[i].val;
}

/* As differ(): NAME is VALUE there, NAME = VALUE is wanted; "" stands for none. */
static bool enum_differs(const struct comparison *c, const char *tag, const char *there, long long x, const char *wanted,
			 long long y)
{
	say_where(c);
	strbuf_add(c->why, "enum %s: ", tag);
	if (there[0])
		strbuf_add(c->why, "%s is %lld, ", there, x);
	else
		strbuf_add(c->why, "ends early, ");
	if (wanted[0])
		strbuf_add(c->why, "wanted %s as %lld", wanted, y);
	else
		strbuf_add(c->why, "not wanted");
	return false;
}

static bool enums_agree(struct layout there, const struct btf_type *x, struct layout wanted, const struct btf_type *y,
			const struct comparison *c)
{
	const char *tag = name_at(wanted, y->name_off);

	if (x->size != y->size || strcmp(name_at(there, x->name_off), tag))
		return differ(c, there, wanted);
	for (int i = 0; i < btf_vlen(x) || i < btf_vlen(y); i++) {
		const char *name = "", *name_wanted = "";
		long long v = i < btf_vlen(x) ? enum_member(there, x, i, &name) : 0;
		long long v_wanted = i < btf_vlen(y) ? enum_member(wanted, y, i, &name_wanted) : 0;

		if (v != v_wanted || strcmp(name, name_wanted))
			return enum_differs(c, tag, name, v, name_wanted, v_wanted);
	}
	return true;
}

static bool agree(struct layout there, struct layout wanted, const struct comparison *c)
{
	const struct btf_type *x = type_of(&there), *y = type_of(&wanted);
	struct comparison inner = *c;

	inner.depth++;
	if (!x || !y || c->depth > DEPTH_MAX)
		return differ(c, there, wanted);
	if (btf_is_int(x) && btf_is_int(y))
		return (x->size == y->size && is_signed(x) == is_signed(y)) || differ(c, there, wanted);
	if (btf_is_array(x) && btf_is_array(y)) {
		if (btf_array(x)->nelems != btf_array(y)->nelems)
			return differ(c, there, wanted);
		return agree((struct layout){ there.btf, btf_array(x)->type }, (struct layout){ wanted.btf, btf_array(y)->type },
			     &inner);
	}
	if (btf_is_any_enum(x) && btf_is_any_enum(y))
		return enums_agree(there, x, wanted, y, c);
	if (btf_is_composite(x) && btf_kind(x) == btf_kind(y))
		return composites_agree(there, x, wanted, y, c);
	return differ(c, there, wanted);
}

bool layout_agrees(struct layout there, struct layout wanted, struct strbuf *why)
{
	const struct comparison c = { .why = why, .composite = "", .member = "" };

	return agree(there, wanted, &c);
}

static __u64 hash_bytes(const void *p, size_t n, __u64 h)
{
	const unsigned char *at = (const unsigned char *)p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ at[i]) * 0x100000001b3ull;
	return h;
}

static __u64 hash_text(const char *s, __u64 h) { return hash_bytes(s, strlen(s) + 1, h); }
static __u64 hash_number(__u64 v, __u64 h) { return hash_bytes(&v, sizeof(v), h); }

__u64 layout_hash(struct layout l, __u64 h)
{
	const struct btf_type *t = type_of(&l);

	if (!t)
		return h;
	h = hash_number(btf_kind(t), h);
	if (btf_is_int(t))
		return hash_number((__u64)t->size << 1 | is_signed(t), h);
	if (btf_is_array(t))
		return layout_hash((struct layout){ l.btf, btf_array(t)->type }, hash_number(btf_array(t)->nelems, h));
	if (!btf_is_composite(t) && !btf_is_any_enum(t))
		return h;
	h = hash_number(t->size, hash_text(name_at(l, t->name_off), h));
	for (int i = 0; i < btf_vlen(t); i++) {
		const char *name;

		if (btf_is_any_enum(t)) {
			__u64 value = (__u64)enum_member(l, t, i, &name);

			h = hash_text(name, hash_number(value, h));
		} else {
			h = hash_number(btf_member_bit_offset(t, (__u32)i), hash_text(name_at(l, btf_members(t)[i].name_off), h));
			h = layout_hash((struct layout){ l.btf, btf_members(t)[i].type }, h);
		}
	}
	return h;
}
