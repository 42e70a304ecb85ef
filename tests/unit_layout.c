/* SPDX-License-Identifier: GPL-2.0 */
/* What BTF says of types: their comparison, their hash, and that no key or value of a map has bytes without a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../ctl/contract.h"
#include "../ctl/layout.h"
#include "../ctl/object.h"

/* Types as a compiler would give them: struct pair { TYPE a; TYPE b; }, and variants of it. */
struct variant {
	const char *tag, *a, *b; /* names */
	__u32 size_b;            /* of the integer b: 4, or 2 with two bytes of nothing behind it */
	int sign_b;              /* 0 or BTF_INT_SIGNED */
	__u32 nelems;            /* of an array of b; 0: no array */
	int enum_value;          /* of the enum that is the third member; 0: none */
	const char *int_name;
};
static const struct variant plain = { "pair", "a", "b", 4, 0, 0, 7, "unsigned int" };

static struct layout make(const struct variant *v)
{
	struct btf *btf = btf__new_empty();
	int a = btf__add_int(btf, v->int_name, 4, 0), b = btf__add_int(btf, "other", v->size_b, v->sign_b), e, id;

	assert_true(a > 0 && b > 0);
	if (v->nelems)
		b = btf__add_array(btf, a, b, v->nelems);
	e = btf__add_enum(btf, "kind", 4);
	assert_int_equal(btf__add_enum_value(btf, "KIND_ONE", v->enum_value), 0);
	id = btf__add_struct(btf, v->tag, 64);
	assert_true(id > 0);
	assert_int_equal(btf__add_field(btf, v->a, a, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, v->b, b, 32, 0), 0);
	assert_int_equal(btf__add_field(btf, "kind", e, 256, 0), 0);
	return (struct layout){ btf, (__u32)btf__add_typedef(btf, "pair_t", id) };
}

/* Against `plain`: whether it agrees, what is said, and the hash with it. */
static void check(struct variant v, const char *difference)
{
	_cleanup_strbuf_ struct strbuf why = { NULL, 0, 0 };
	struct layout x = make(&v), y = make(&plain);
	bool agrees = layout_agrees(x, y, &why);

	if (agrees != !difference || (difference && strcmp(why.str, difference)))
		print_error("'%s', not '%s'\n", why.str ? why.str : "", difference ? difference : "");
	assert_int_equal(agrees, !difference);
	if (difference)
		assert_string_equal(why.str, difference);
	assert_int_equal(layout_hash(x, LAYOUT_HASH_INIT) == layout_hash(y, LAYOUT_HASH_INIT), agrees);
	btf__free((struct btf *)x.btf);
	btf__free((struct btf *)y.btf);
}

static void test_comparison(void **state)
{
	struct variant v = plain;

	(void)state;
	check(v, NULL);
	v.int_name = "__u32"; /* compilers name integers as they like */
	check(v, NULL);
	v = plain;
	v.tag = "couple";
	check(v, "struct couple of 64 bytes, wanted struct pair of 64 bytes");
	v = plain;
	v.b = "c";
	check(v, "struct pair, member b: is not there (in its place c)");
	v = plain;
	v.a = "b";
	v.b = "a";
	check(v, "struct pair, member a: at byte 4, wanted at byte 0");
	v = plain;
	v.size_b = 2;
	check(v, "struct pair, member b: unsigned integer of 2 bytes, wanted unsigned integer of 4 bytes");
	v = plain;
	v.sign_b = BTF_INT_SIGNED;
	check(v, "struct pair, member b: signed integer of 4 bytes, wanted unsigned integer of 4 bytes");
	v = plain;
	v.nelems = 3;
	check(v, "struct pair, member b: array of 3, each unsigned integer of 4 bytes, wanted unsigned integer of 4 bytes");
	v = plain;
	v.enum_value = 8;
	check(v, "struct pair, member kind: enum kind: KIND_ONE is 8, wanted KIND_ONE as 7");
}

static const struct btf_type *resolved(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* Each byte of a struct is a member's: none that a compiler may fill as it likes. */
static void assert_no_padding(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = resolved(btf, id);
	__u32 end = 0;

	if (btf_is_array(t)) {
		assert_no_padding(btf, btf_array(t)->type);
		return;
	}
	if (!btf_is_composite(t))
		return;
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		bool gap = btf_is_struct(t) && btf_member_bit_offset(t, (__u32)i) != end * 8;

		if (gap)
			fail_msg("struct %s: a gap ahead of %s", btf__name_by_offset(btf, t->name_off),
				 btf__name_by_offset(btf, m->name_off));
		assert_no_padding(btf, m->type);
		end += (__u32)btf__resolve_size(btf, m->type);
	}
	if (btf_is_struct(t) && end != t->size)
		fail_msg("struct %s: a gap at its end", btf__name_by_offset(btf, t->name_off));
}

static void test_no_padding(void **state)
{
	struct bpf_object *obj = maps_object(MAPS_OF_PROGRAMS);
	struct bpf_map *map;
	int n = 0;

	(void)state;
	assert_non_null(obj);
	bpf_object__for_each_map(map, obj) {
		if (bpf_map__is_internal(map) || bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS)
			continue;
		assert_no_padding(bpf_object__btf(obj), bpf_map__btf_key_type_id(map));
		assert_no_padding(bpf_object__btf(obj), bpf_map__btf_value_type_id(map));
		n++;
	}
	assert_true(n > 20);
}

/* All that the registry names has its types in the object, from which contract_check() takes them. */
static void test_all_have_types(void **state)
{
	static const char *const names[] = {
#define NAME(n, KIND, K, V, max) #n,
		FW_MAPS(NAME)
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		const struct bpf_map *map = bpf_object__find_map_by_name(maps_object(MAPS_OF_PROGRAMS), names[i]);

		assert_non_null(map);
		assert_true(bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
			    (bpf_map__btf_key_type_id(map) && bpf_map__btf_value_type_id(map)));
	}
	assert_int_equal(strlen(contract_text()), 16);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_no_padding),
		cmocka_unit_test(test_all_have_types),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
