/* SPDX-License-Identifier: GPL-2.0 */
/* TC programs by TCX and by clsact. */
#include "net_fixture.h"

static void tc_both_ways(struct fixture *x, enum tc_mode mode, enum attach_kind want)
{
	_cleanup_close_ int n = tc("next", TC_NEXT), d = tc("tcdrop", TC_DROP);
	enum hook hook;

	for (hook = HOOK_TC_IN; hook <= HOOK_TC_OUT; hook++) {
		assert_attached(x, "va", TC(hook, d, mode), want);
		assert_true(blocked());
		assert_attached(x, "va", TC(hook, n, mode), want);
		assert_true(ping());
		assert_int_equal(count(x, "va", hook, true, NULL), 1);
		assert_attached(x, "va", TC(hook, d, TC_MODE_AUTO), want); /* auto leaves the kind */
		assert_true(blocked());
		assert_int_equal(detach_from(x, "va", hook), 0);
		assert_int_equal(count(x, "va", hook, true, NULL), 0);
		assert_true(ping());
		assert_int_equal(detach_from(x, "va", hook), -ENOENT);
	}
}

static void test_tcx(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int n = tc("next", TC_NEXT), f = tc("foreign_tc", TC_NEXT), link = -1;
	size_t place = 9;

	if (!kernel_has_tcx(x))
		skip();
	tc_both_ways(x, TC_MODE_AUTO, ATTACH_TCX);
	link = bpf_link_create(f, (int)get("va").index, (enum bpf_attach_type)46, NULL);
	assert_true(link >= 0);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_AUTO), ATTACH_TCX);
	assert_int_equal(count(x, "va", HOOK_TC_IN, true, &place), 1);
	assert_int_equal(place, 0); /* ahead of the one that was there */
	assert_int_equal(count(x, "va", HOOK_TC_IN, false, NULL), 1);
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_int_equal(count(x, "va", HOOK_TC_IN, false, NULL), 1);
}

static bool has_clsact(void) { return !run("tc qdisc show dev va | grep -q clsact"); }

static void test_clsact(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int n = tc("next", TC_NEXT);

	tc_both_ways(x, TC_MODE_CLSACT, ATTACH_CLSACT);
	assert_false(has_clsact()); /* ours, and gone with us */
	assert_int_equal(setenv("FWCTL_TC", "clsact", 1), 0);
	assert_attached(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_AUTO), ATTACH_CLSACT);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_AUTO), ATTACH_CLSACT);
	unsetenv("FWCTL_TC");
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_true(has_clsact()); /* the other hook's filter is still in it */
	assert_int_equal(detach_from(x, "va", HOOK_TC_OUT), 0);
	assert_false(has_clsact());
	assert_int_equal(run("tc qdisc add dev va clsact"), 0);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_true(has_clsact()); /* not ours */
}

static void test_clsact_foreign(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int n = tc("next", TC_NEXT), f = tc("foreign_tc", TC_NEXT);
	_cleanup_free_ char *pin = instance_pin(&x->in, "foreign");
	size_t place = 9;

	/* A filter for IPv4 only at the first priority cannot be preceded; one further back can. */
	assert_int_equal(bpf_obj_pin(f, pin), 0);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_int_equal(run("tc filter add dev va ingress prio 5 protocol ip bpf da object-pinned %s", pin), 0);
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_true(has_clsact()); /* somebody uses it by now */
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_null(x->note);
	assert_int_equal(count(x, "va", HOOK_TC_IN, true, &place), 1);
	assert_int_equal(place, 0);
	assert_int_equal(count(x, "va", HOOK_TC_IN, false, NULL), 1);
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_int_equal(run("tc filter add dev va ingress prio 1 protocol ip bpf da object-pinned %s", pin), 0);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_says(x->note, "behind another TC filter");
	assert_int_equal(count(x, "va", HOOK_TC_IN, true, &place), 1);
	assert_int_equal(place, 1);
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_int_equal(count(x, "va", HOOK_TC_IN, false, NULL), 2);
	/* The older ingress qdisc serves the way in, and has no way out. */
	assert_int_equal(run("tc qdisc del dev va clsact") || run("tc qdisc add dev va ingress"), 0);
	assert_attached(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_int_equal(count(x, "va", HOOK_TC_IN, true, NULL), 1);
	assert_int_equal(attach_to(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_CLSACT)), -EBUSY);
	assert_says(x->err, "'ingress' qdisc");
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
}

/* BPF filters of others at our priority: ours comes first and goes alone. */
static void test_clsact_beside_bpf(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int d = tc("tcdrop", TC_DROP), f = tc("foreign_tc", 0);
	_cleanup_free_ char *pin = instance_pin(&x->in, "foreign");
	size_t place = 9;

	assert_int_equal(bpf_obj_pin(f, pin), 0);
	assert_int_equal(run("tc qdisc add dev va clsact"), 0);
	assert_int_equal(run("tc filter add dev va ingress prio 1 bpf da object-pinned %s", pin), 0);
	assert_true(ping());
	assert_attached(x, "va", TC(HOOK_TC_IN, d, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_null(x->note);
	assert_int_equal(count(x, "va", HOOK_TC_IN, true, &place), 1);
	assert_int_equal(place, 0);
	assert_true(blocked());
	assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	assert_int_equal(count(x, "va", HOOK_TC_IN, false, NULL), 1);
}

static void test_tc_change_kind(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int n = tc("next", TC_NEXT);
	_cleanup_hook_programs_ struct hook_programs list = { NULL, 0, 0 };

	if (!kernel_has_tcx(x))
		skip();
	assert_attached(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_attached(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_TCX), ATTACH_TCX);
	assert_int_equal(count(x, "va", HOOK_TC_OUT, true, NULL), 1);
	assert_false(has_clsact());
	assert_attached(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	assert_int_equal(hook_list(&x->in, &list, &x->err), 0);
	assert_int_equal(list.n, 1);
	assert_true(list.v[0].kind == ATTACH_CLSACT && list.v[0].ours);
	assert_string_equal(list.v[0].prog_name, "next");
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		NET_TEST(test_tcx),
		NET_TEST(test_clsact),
		NET_TEST(test_clsact_foreign),
		NET_TEST(test_clsact_beside_bpf),
		NET_TEST(test_tc_change_kind),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(void) { return net_main(tests); }
