/* SPDX-License-Identifier: GPL-2.0 */
/* XDP programs, and interfaces that come and go. `net_attach --attach IFACE` is a helper for one of the tests. */
#include "net_fixture.h"

/* A device without Ethernet headers, where the kernel has such a type. */
static void test_l3_device(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), t = tc("next", TC_NEXT);

	if (run("ip tuntap add d0 mode tun") && run("ip link add d0 type wireguard") && run("ip link add d0 type ipip") &&
	    run("ip link add d0 type sit local 10.99.1.1") && run("ip link add d0 type gre local 10.99.1.1")) {
		print_message("no device type without Ethernet headers here\n");
		skip();
	}
	assert_true(get("d0").link_known && get("d0").link == LINK_IP);
	assert_int_equal(attach_to(x, "d0", XDP(p, XDP_MODE_AUTO)), -EOPNOTSUPP);
	assert_says(x->err, "Ethernet");
	assert_int_equal(attach_to(x, "d0", TC(HOOK_TC_IN, t, TC_MODE_AUTO)), 0);
}

static void test_native(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), d = xdp("drop", DROP);

	assert_attached(x, "va", XDP(d, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_null(x->note);
	assert_true(blocked());
	assert_int_equal(count(x, "va", HOOK_XDP_IN, true, NULL), 1);
	assert_attached(x, "va", XDP(p, XDP_MODE_NATIVE), ATTACH_XDP_NATIVE); /* in the place of our own */
	assert_true(ping());
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
	assert_int_equal(get("va").xdp_native, 0);
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), -ENOENT);
	assert_says(x->err, "not attached");
}

static void test_generic(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), d = xdp("drop", DROP);

	assert_attached(x, "va", XDP(d, XDP_MODE_GENERIC), ATTACH_XDP_GENERIC);
	assert_true(blocked());
	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_GENERIC); /* auto leaves the mode */
	assert_true(ping());
	assert_attached(x, "va", XDP(d, XDP_MODE_NATIVE), ATTACH_XDP_NATIVE);
	assert_true(get("va").xdp_native && !get("va").xdp_generic);
	assert_true(blocked());
	assert_attached(x, "va", XDP(p, XDP_MODE_GENERIC), ATTACH_XDP_GENERIC);
	assert_int_equal(count(x, "va", HOOK_XDP_IN, true, NULL), 1);
	assert_int_equal(count(x, "va", HOOK_XDP_IN, false, NULL), 0);
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
}

static void test_fallback(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS);

	assert_int_equal(attach_to(x, "lo", XDP(p, XDP_MODE_NATIVE)), -EOPNOTSUPP);
	assert_says(x->err, "lo: no native XDP: ");
	assert_attached(x, "lo", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_GENERIC);
	assert_says(x->note, "lo: attached in generic mode: the driver has no native XDP: ");
	assert_int_equal(attach_to(x, "lo", XDP(p, XDP_MODE_NATIVE)), -EOPNOTSUPP); /* and the old one stays */
	assert_int_equal(count(x, "lo", HOOK_XDP_IN, true, NULL), 1);
	assert_int_equal(detach_from(x, "lo", HOOK_XDP_IN), 0);
}

static void test_foreign_netlink(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), f = xdp("foreign_one", PASS);
	__u32 flags;

	for (flags = XDP_FLAGS_SKB_MODE; flags <= XDP_FLAGS_DRV_MODE; flags <<= 1) {
		assert_int_equal(bpf_xdp_attach((int)get("va").index, f, flags, NULL), 0);
		assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO)), -EBUSY);
		assert_says(x->err, "'foreign_one', id ");
		assert_says(x->err, "--force");
		assert_int_equal(count(x, "va", HOOK_XDP_IN, false, NULL), 1);
		assert_int_equal(count(x, "va", HOOK_XDP_IN, true, NULL), 0);
		assert_attached(x, "va", XDP(p, XDP_MODE_AUTO, .force = true), ATTACH_XDP_NATIVE);
		assert_int_equal(count(x, "va", HOOK_XDP_IN, true, NULL), 1);
		assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
	}
}

static void test_foreign_link(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), f = xdp("foreign_link", PASS);
	int link = bpf_link_create(f, (int)get("va").index, BPF_XDP, NULL);

	assert_true(link >= 0);
	assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO)), -EBUSY);
	assert_says(x->err, "'foreign_link'");
	assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO, .force = true)), -EBUSY);
	assert_says(x->err, "held by a BPF link");
	close(link); /* let go a moment ago: that is waited for */
	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
}

/* A program without fragments does not fit a jumbo MTU; an evicted program comes back when ours is refused. */
static void test_jumbo(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), f = program(BPF_PROG_TYPE_XDP, "frags", PASS, FRAGS);

	assert_int_equal(run("ip link set va mtu 9000") || run("ip -n %s link set vb mtu 9000", ns_b), 0);
	assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO)), -ERANGE);
	assert_says(x->err, "va: MTU 9000 is too large");
	assert_attached(x, "va", XDP(f, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO)), -ERANGE);
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
	assert_int_equal(bpf_xdp_attach((int)get("va").index, f, XDP_FLAGS_DRV_MODE, NULL), 0);
	assert_int_equal(attach_to(x, "va", XDP(p, XDP_MODE_AUTO, .force = true)), -ERANGE);
	assert_int_equal(count(x, "va", HOOK_XDP_IN, false, NULL), 1);
	assert_int_equal(bpf_xdp_detach((int)get("va").index, XDP_FLAGS_DRV_MODE, NULL), 0);
}

static void test_again_and_again(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	int i;

	for (i = 0; i < 50; i++) {
		enum xdp_mode mode = i & 1 ? XDP_MODE_NATIVE : XDP_MODE_GENERIC;

		assert_int_equal(attach_to(x, "va", XDP(p, mode)), 0);
		assert_int_equal(attach_to(x, "va", TC(HOOK_TC_OUT, n, i % 3 ? TC_MODE_AUTO : TC_MODE_CLSACT)), 0);
		assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
		assert_int_equal(detach_from(x, "va", HOOK_TC_OUT), 0);
		assert_int_equal(get("va").xdp_native | get("va").xdp_generic, 0);
	}
	/* A pin that goes without a detach releases its link behind our back. */
	for (i = 0; i < 50; i++) {
		_cleanup_free_ char *name = xasprintf("link-xdp-%u", get("va").index);
		_cleanup_free_ char *pin = instance_pin(&x->in, name);

		assert_int_equal(attach_to(x, "va", XDP(p, i & 1 ? XDP_MODE_NATIVE : XDP_MODE_GENERIC)), 0);
		assert_int_equal(unlink(pin), 0);
	}
}

static void test_interface_gone(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	_cleanup_hook_programs_ struct hook_programs list = { NULL, 0, 0 };
	unsigned int index = get("va").index;
	bool tcx = kernel_has_tcx(x);
	size_t swept, names_n;
	char **names;

	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(attach_to(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_AUTO)), 0);
	assert_int_equal(attach_to(x, "va", TC(HOOK_TC_IN, n, TC_MODE_CLSACT)), 0);
	assert_int_equal(hook_list(&x->in, &list, &x->err), 0);
	assert_int_equal(list.n, 3);
	assert_true(list.v[0].hook == HOOK_XDP_IN && list.v[2].hook == HOOK_TC_OUT && !list.v[0].gone);
	hook_programs_free(&list);
	assert_int_equal(run("ip link del va"), 0);
	assert_int_equal(hook_list(&x->in, &list, &x->err), 0);
	assert_int_equal(list.n, tcx ? 2 : 1);
	assert_true(list.v[0].gone && list.v[0].ours && list.v[0].ifindex == index);
	assert_int_equal(hook_detach(&x->in, index, HOOK_XDP_IN, &x->err), 0);
	assert_int_equal(hook_sweep(&x->in, &swept, &x->err), 0);
	assert_int_equal(swept, tcx ? 1 : 0);
	assert_int_equal(instance_list(&x->in, &names, &names_n, &x->err), 0);
	instance_names_free(names, names_n);
	assert_int_equal(names_n, 0);
}

/* Another interface under the number of one that went while attached. */
static void test_index_reused(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	unsigned int index = get("va").index;

	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(attach_to(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_AUTO)), 0);
	assert_int_equal(run("ip link del va") || run("ip link add d0 index %u type veth peer name d1", index), 0);
	assert_int_equal(count(x, "d0", HOOK_XDP_IN, true, NULL), 0);
	assert_attached(x, "d0", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(attach_to(x, "d0", TC(HOOK_TC_OUT, n, TC_MODE_AUTO)), 0);
	assert_int_equal(count(x, "d0", HOOK_XDP_IN, true, NULL), 1);
	assert_int_equal(count(x, "d0", HOOK_TC_OUT, true, NULL), 1);
}

static void test_interface_moved(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS);
	_cleanup_hook_programs_ struct hook_programs list = { NULL, 0, 0 };
	size_t swept;

	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(run("ip link set va netns %s", ns_b), 0);
	assert_int_equal(hook_list(&x->in, &list, &x->err), 0);
	assert_true(list.n == 1 && list.v[0].gone);
	assert_int_equal(hook_sweep(&x->in, &swept, &x->err), 0);
	assert_int_equal(swept, 1);
	assert_int_equal(run("ip -n %s link show va | grep -q xdp", ns_b), 1);
	run("ip -n %s link del va", ns_b);
}

static void test_two_interfaces(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	_cleanup_hook_programs_ struct hook_programs list = { NULL, 0, 0 };

	assert_int_equal(run("ip link add vc type veth peer name vd"), 0);
	assert_attached(x, "vc", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_attached(x, "va", XDP(p, XDP_MODE_AUTO), ATTACH_XDP_NATIVE);
	assert_int_equal(attach_to(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_AUTO)), 0);
	assert_int_equal(attach_to(x, "vc", TC(HOOK_TC_OUT, n, TC_MODE_CLSACT)), 0);
	assert_int_equal(hook_list(&x->in, &list, &x->err), 0);
	assert_int_equal(list.n, 4);
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
	assert_int_equal(count(x, "vc", HOOK_XDP_IN, true, NULL), 1);
	assert_int_equal(count(x, "vc", HOOK_TC_OUT, true, NULL), 1);
	assert_int_equal(detach_from(x, "vc", HOOK_XDP_IN) | detach_from(x, "vc", HOOK_TC_OUT), 0);
	assert_int_equal(count(x, "va", HOOK_TC_OUT, true, NULL), 1);
}

/* What is attached from within `ip netns exec`, which has a mount namespace of its own, stays. */
static void test_netns_exec(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	char self[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	instance_close(&x->in);
	assert_int_equal(run("ip netns exec %s %s --attach va", ns_a, self), 0);
	assert_int_equal(instance_open(&x->in, INSTANCE_LOCK, &x->err), 0);
	assert_int_equal(count(x, "va", HOOK_XDP_IN, true, NULL), 1);
	assert_int_equal(detach_from(x, "va", HOOK_XDP_IN), 0);
}

static int attach_and_go(const char *name)
{
	struct fixture x = { .in = INSTANCE_CLOSED };

	if (instance_open(&x.in, INSTANCE_CREATE | INSTANCE_LOCK, &x.err))
		return fprintf(stderr, "%s\n", x.err), 1;
	return attach_to(&x, name, XDP(xdp("pass", PASS), XDP_MODE_AUTO)) ? 1 : 0;
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		NET_TEST(test_l3_device),    NET_TEST(test_native),          NET_TEST(test_generic),
		NET_TEST(test_fallback),     NET_TEST(test_foreign_netlink), NET_TEST(test_foreign_link),
		NET_TEST(test_jumbo),        NET_TEST(test_again_and_again), NET_TEST(test_interface_gone),
		NET_TEST(test_index_reused), NET_TEST(test_interface_moved), NET_TEST(test_two_interfaces),
		NET_TEST(test_netns_exec),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--attach"))
		return attach_and_go(argv[2]);
	return net_main(tests);
}
