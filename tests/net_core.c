/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs of a slot that another apply finds there. They share what the ruleset says beside its rules and the counters; so where
 * one was ended while it put new ones, behind any step, they are not taken for whole while some are of before.
 */
#include <sys/random.h>
#include "net_replay.h"
#include "../ctl/object.h"

enum { BUCKETS = 16, SLOT = 1, MORE_RULES = 5000, HOOKS = LOAD_XDP | LOAD_OUT | LOAD_IN, STEPS_MAX = 32 };

/* How many changes of maps are made yet; then the process is no more. Negative: any. */
static int left = -1;

int __real_bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags);
int __wrap_bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags);
int __wrap_bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	if (!left)
		return -EIO;
	left -= left > 0;
	return __real_bpf_map_update_elem(fd, key, value, flags);
}

int __real_bpf_map_delete_elem(int fd, const void *key);
int __wrap_bpf_map_delete_elem(int fd, const void *key);
int __wrap_bpf_map_delete_elem(int fd, const void *key)
{
	if (!left)
		return -EIO;
	left -= left > 0;
	return __real_bpf_map_delete_elem(fd, key);
}

static void load(const struct instance_maps *m, __u32 rules, unsigned int hooks, struct core *out)
{
	struct core_request rq = { .instance = m, .cfg = { .buckets = BUCKETS, .slot = SLOT }, .rules = rules, .hooks = hooks };
	_cleanup_free_ char *err = NULL;

	rq.cfg.hash_key[12] = 1;
	if (cores_load(&rq, 1, out, &err))
		fail_msg("%s", err);
}

/* The map from which the program reads its ruleset's settings. */
static __u32 settings_of(int prog)
{
	struct slot_maps m = slot_maps_none();
	struct bpf_map_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	assert_int_equal(maps_of_program(prog, &slot_group, &m), 0);
	assert_int_equal(bpf_obj_get_info_by_fd(m.fw_settings.fd, &info, &len), 0);
	slot_maps_close(&m);
	return info.id;
}

/* Of a core that is there and serves, all programs are told by one map. */
static void assert_whole(const struct core *c, int steps)
{
	const int programs[] = { c->xdp, c->out, c->in, c->xdp_long, c->tc_long };

	for (size_t i = 0; i < ARRAY_COUNT(programs); i++)
		if (settings_of(programs[i]) != settings_of(c->xdp_long))
			fail_msg("ended behind step %d: program %zu of the slot is another core's", steps, i);
}

/* Of the core that is in the slot after so many steps: for how many rules it is, 0 where none is. */
static __u32 rules_behind(const struct instance_maps *m, const struct core *before, const struct core *next, int steps)
{
	_cleanup_core_ struct core found = core_none();
	int rc;

	assert_int_equal(core_place(before, m, SLOT), 0);
	left = steps;
	rc = core_place(next, m, SLOT);
	left = -1;
	assert_true(rc == 0 || rc == -EIO);
	rc = core_open(m, SLOT, &found);
	assert_true(rc == 0 || rc == -ENOENT);
	if (rc || !core_serves(&found, HOOKS, 0))
		return 0;
	assert_whole(&found, steps);
	return found.rules;
}

static void test_ended_while_put(void **state)
{
	_cleanup_core_ struct core before = core_none(), next = core_none();
	struct instance_maps m = instance_maps_none();
	_cleanup_free_ char *err = NULL;
	__u32 rules = 0;
	int steps = 0;

	(void)state;
	if (instance_maps_create(BUCKETS, &m, &err))
		fail_msg("%s", err);
	load(&m, 0, HOOKS, &before);
	load(&m, MORE_RULES, HOOKS, &next);
	assert_true(before.rules < MORE_RULES && next.rules >= MORE_RULES);
	assert_int_equal(rules_behind(&m, &before, &next, 0), before.rules);
	while (rules != next.rules && steps < STEPS_MAX)
		rules = rules_behind(&m, &before, &next, ++steps);
	assert_int_equal(rules, next.rules);
	assert_true(steps >= 5); /* it was ended behind each program at least */
	instance_maps_close(&m);
}

/* New ones for fewer hooks: what of before they have none for is gone. */
static void test_fewer_hooks(void **state)
{
	_cleanup_core_ struct core before = core_none(), next = core_none(), found = core_none();
	struct instance_maps m = instance_maps_none();
	_cleanup_free_ char *err = NULL;

	(void)state;
	if (instance_maps_create(BUCKETS, &m, &err))
		fail_msg("%s", err);
	load(&m, 0, HOOKS, &before);
	load(&m, MORE_RULES, LOAD_XDP | LOAD_OUT, &next);
	assert_int_equal(core_place(&before, &m, SLOT), 0);
	assert_int_equal(core_place(&next, &m, SLOT), 0);
	assert_int_equal(core_open(&m, SLOT, &found), 0);
	assert_true(core_serves(&found, LOAD_XDP | LOAD_OUT, MORE_RULES));
	assert_false(core_serves(&found, HOOKS, 0));
	instance_maps_close(&m);
}

/* Those of another version are loaded anew, though all are there. */
static void test_of_another_version(void **state)
{
	_cleanup_core_ struct core core = core_none(), found = core_none();
	struct instance_maps m = instance_maps_none();
	_cleanup_free_ char *err = NULL;
	struct settings told;

	(void)state;
	if (instance_maps_create(BUCKETS, &m, &err))
		fail_msg("%s", err);
	load(&m, 0, HOOKS, &core);
	assert_int_equal(core_place(&core, &m, SLOT), 0);
	assert_int_equal(core_open(&m, SLOT, &found), 0);
	assert_true(core_serves(&found, HOOKS, 0));
	core_close(&found);
	assert_int_equal(fw_settings_get(core.maps.fw_settings, &told), 0);
	told.build ^= 1;
	assert_int_equal(fw_settings_put(core.maps.fw_settings, &told), 0);
	assert_int_equal(core_open(&m, SLOT, &found), 0);
	assert_false(core_serves(&found, HOOKS, 0));
	instance_maps_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ended_while_put), cmocka_unit_test(test_fewer_hooks),
					    cmocka_unit_test(test_of_another_version) };
	int refused = net_refused("net_core");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
