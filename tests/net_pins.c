/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pinned maps of another layout: each test takes a map's place with one that differs in its type information alone, and opens
 * the instance again.
 */
#include "net_fixture.h"
#include <bpf/btf.h>
#include "../ctl/contract.h"
#include "../ctl/state.h"

struct pins {
	struct state s;
	char *err;
};

static int open_state(struct pins *p, unsigned int flags)
{
	state_close(&p->s);
	p->s = state_none();
	free(TAKE_PTR(p->err));
	return state_open(&p->s, flags, 64, &p->err);
}

static int setup_pins(void **state)
{
	struct pins *p = (struct pins *)xcalloc(1, sizeof(*p));

	*state = p;
	p->s = state_none();
	if (netns_enter(ns_a, NULL, &p->err) || open_state(p, INSTANCE_CREATE | INSTANCE_LOCK)) {
		print_error("%s\n", p->err);
		return -1;
	}
	return 0;
}

static int teardown_pins(void **state)
{
	struct pins *p = (struct pins *)*state;
	struct instance in;

	state_close(&p->s);
	if (!instance_open(&in, INSTANCE_LOCK, NULL)) {
		instance_purge(&in, NULL);
		instance_close(&in);
	}
	free(p->err);
	free(p);
	return netns_return(home, NULL);
}

/* The struct or enum of this name, to be changed in place. */
static struct btf_type *type_named(struct btf *btf, const char *name, __u32 kind)
{
	__s32 id = btf__find_by_name_kind(btf, name, kind);

	assert_true(id > 0);
	return (struct btf_type *)btf__type_by_id(btf, (__u32)id);
}

static struct btf_member *member_named(struct btf *btf, const char *tag, const char *name)
{
	struct btf_type *t = type_named(btf, tag, BTF_KIND_STRUCT);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return &btf_members(t)[i];
	fail_msg("struct %s has no member %s", tag, name);
	return NULL;
}

/* A map as `fd`, but with types that `change` has worked on (NULL: without any), takes the pin's place. */
static void replace(struct pins *p, const char *name, int fd, void (*change)(struct btf *btf), __u32 more_entries)
{
	_cleanup_free_ char *pin = instance_pin(&p->s.in, name);
	struct bpf_map_info info;
	__u32 len = sizeof(info);
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	struct btf *btf = NULL;
	int made;

	memset(&info, 0, sizeof(info));
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	opts.map_flags = info.map_flags;
	if (change) {
		btf = btf__load_from_kernel_by_id(info.btf_id);
		assert_non_null(btf);
		change(btf);
		assert_int_equal(btf__load_into_kernel(btf), 0);
		opts.btf_fd = (__u32)btf__fd(btf);
		opts.btf_key_type_id = info.btf_key_type_id;
		opts.btf_value_type_id = info.btf_value_type_id;
	}
	made = bpf_map_create((enum bpf_map_type)info.type, name, info.key_size, info.value_size, info.max_entries + more_entries,
			      &opts);
	assert_true(made >= 0);
	assert_int_equal(unlink(pin), 0);
	assert_int_equal(bpf_obj_pin(made, pin), 0);
	close(made);
	btf__free(btf);
}

/* Both ways in: to change, and to look. The message names the map, the member, both sides, and what to do. */
static void assert_refused(struct pins *p, const char *what)
{
	assert_int_equal(open_state(p, INSTANCE_CREATE | INSTANCE_LOCK), -EPROTO);
	assert_says(p->err, what);
	assert_says(p->err, "/sys/fs/bpf/fwctl/net-");
	assert_says(p->err, "detach --all --purge");
	assert_int_equal(open_state(p, 0), -EPROTO);
	assert_says(p->err, what);
}

static void same(struct btf *btf) { (void)btf; }

static void swap_fields(struct btf *btf)
{
	struct btf_member *a = member_named(btf, "flow_key", "vlan"), *b = member_named(btf, "flow_key", "inner_vlan");
	__u32 name = a->name_off;

	a->name_off = b->name_off;
	b->name_off = name;
}

static void narrow_field(struct btf *btf)
{
	member_named(btf, "flow", "seq_end")->type = member_named(btf, "flow", "tcp_flags")->type;
}

static void other_sign(struct btf *btf)
{
	struct btf_type *t = type_named(btf, "unsigned long long", BTF_KIND_INT);

	*(__u32 *)(t + 1) |= (__u32)BTF_INT_SIGNED << 24;
}

static void rename_field(struct btf *btf)
{
	member_named(btf, "iface_slot", "link")->name_off = member_named(btf, "flow", "bits")->name_off;
}

static void move_field(struct btf *btf) { member_named(btf, "flow", "state")->offset += 8; }

static void shorten_array(struct btf *btf)
{
	const struct btf_member *m = member_named(btf, "instance_cfg", "hash_key");

	btf_array((struct btf_type *)btf__type_by_id(btf, m->type))->nelems--;
}

static void renumber_enum(struct btf *btf)
{
	struct btf_enum *v = btf_enum(type_named(btf, "flow_state", BTF_KIND_ENUM));
	__s32 first = v[2].val;

	v[2].val = v[3].val;
	v[3].val = first;
}

static void rename_enum(struct btf *btf)
{
	struct btf_enum *v = btf_enum(type_named(btf, "reason", BTF_KIND_ENUM));

	v[0].name_off = v[1].name_off;
}

static void rename_struct(struct btf *btf)
{
	type_named(btf, "counters", BTF_KIND_STRUCT)->name_off = type_named(btf, "flow", BTF_KIND_STRUCT)->name_off;
}

/* The replacement is good for something: one with the very same types is taken. */
static void test_same(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_flows", p->s.maps.fw_flows.fd, same, 0);
	replace(p, "fw_tally", p->s.maps.fw_tally.fd, same, 0);
	assert_int_equal(open_state(p, INSTANCE_CREATE | INSTANCE_LOCK), 0);
}

static void test_swapped(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_flows", p->s.maps.fw_flows.fd, swap_fields, 0);
	assert_refused(p,
		       "fw_flows: made by another version of fwctl: struct flow_key, member vlan: at byte 38, wanted at byte 36");
}

static void test_width(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_flows", p->s.maps.fw_flows.fd, narrow_field, 0);
	assert_refused(p, "struct flow, member seq_end: unsigned integer of 1 byte, wanted unsigned integer of 4 bytes");
}

static void test_sign(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_tally", p->s.maps.fw_tally.fd, other_sign, 0);
	assert_refused(p,
		       "fw_tally: made by another version of fwctl: struct counters, member packets: signed integer of 8 bytes");
}

static void test_renamed(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_ifaces", p->s.maps.fw_ifaces.fd, rename_field, 0);
	assert_refused(
		p,
		"fw_ifaces: made by another version of fwctl: struct iface_slot, member link: is not there (in its place bits)");
}

static void test_moved(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_flows", p->s.maps.fw_flows.fd, move_field, 0);
	assert_refused(p, "struct flow, member state: at byte 117, wanted at byte 116");
}

static void test_array(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_instance", p->s.maps.fw_instance.fd, shorten_array, 0);
	assert_refused(p,
		       "struct instance_cfg, member hash_key: array of 12, each unsigned integer of 4 bytes, wanted array of 13");
}

static void test_enum_value(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_instance", p->s.maps.fw_instance.fd, renumber_enum, 0);
	assert_refused(p, "member flow_state: enum flow_state: FLOW_SYN_SENT is 3, wanted FLOW_SYN_SENT as 2");
}

static void test_enum_name(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_instance", p->s.maps.fw_instance.fd, rename_enum, 0);
	assert_refused(p, "enum reason: REASON_DEFAULT is 0, wanted REASON_RULE as 0");
}

static void test_struct_name(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_losses", p->s.maps.fw_losses.fd, rename_struct, 0);
	assert_refused(p, "struct flow of 16 bytes, wanted struct counters of 16 bytes");
}

static void test_no_types(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_clock", p->s.maps.fw_clock.fd, NULL, 0);
	assert_refused(p, "fw_clock: made by another version of fwctl: it has no type information (BTF)");
}

static void test_entries(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_names", p->s.maps.fw_names.fd, same, (__u32)-6);
	assert_refused(p, "fw_names: made by another version of fwctl: 250 entries, wanted 256");
}

/* A map of another kind under the name of a program array. */
static void test_kind(void **state)
{
	struct pins *p = (struct pins *)*state;

	replace(p, "fw_programs_in", p->s.maps.fw_losses.fd, NULL, 0);
	assert_refused(p, "fw_programs_in: made by another version of fwctl: kind 6 with flags 0, wanted kind 3");
}

/* Nothing was changed by the refusals: the pin put right, the instance goes on as it was. */
static void test_unharmed(void **state)
{
	struct pins *p = (struct pins *)*state;
	_cleanup_free_ char *pin = instance_pin(&p->s.in, "fw_flows");
	_cleanup_close_ int kept = bpf_obj_get(pin);
	__u32 buckets = p->s.cfg.buckets;

	replace(p, "fw_flows", kept, swap_fields, 0);
	assert_refused(p, "struct flow_key");
	assert_int_equal(unlink(pin), 0);
	assert_int_equal(bpf_obj_pin(kept, pin), 0);
	assert_int_equal(open_state(p, 0), 0);
	assert_int_equal(p->s.cfg.buckets, buckets);
}

#define PINS_TEST(f) cmocka_unit_test_setup_teardown(f, setup_pins, teardown_pins)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		PINS_TEST(test_same),      PINS_TEST(test_swapped),     PINS_TEST(test_width),    PINS_TEST(test_sign),
		PINS_TEST(test_renamed),   PINS_TEST(test_moved),       PINS_TEST(test_array),    PINS_TEST(test_enum_value),
		PINS_TEST(test_enum_name), PINS_TEST(test_struct_name), PINS_TEST(test_no_types), PINS_TEST(test_entries),
		PINS_TEST(test_kind),      PINS_TEST(test_unharmed),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(void) { return net_main(tests); }
