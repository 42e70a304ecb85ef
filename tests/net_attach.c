/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces, interfaces, the instance's directory, XDP. `net_attach --attach IFACE` is a helper for one of
 * the tests. */
#include "net_fixture.h"

static void test_netns(void **state)
{
	uint64_t a, b;
	char *err = NULL;
	int back;

	(void)state;
	assert_int_equal(netns_enter("no-such-netns", NULL, &err), -ENOENT);
	assert_says(err, "netns no-such-netns: no such network namespace (have: ");
	assert_says(err, "ip netns add no-such-netns)");
	free(TAKE_PTR(err));
	assert_int_equal(netns_enter("../../etc/passwd", NULL, &err), -EINVAL);
	free(TAKE_PTR(err));
	assert_int_equal(netns_cookie(&a, &err), 0);
	assert_int_equal(netns_enter(ns_b, &back, &err), 0);
	assert_int_equal(netns_cookie(&b, &err), 0);
	assert_true(a && b && a != b);
	assert_int_equal(netns_return(back, &err), 0);
	close(back);
	assert_int_equal(netns_cookie(&b, &err), 0);
	assert_true(a == b);
}

static void test_iface(void **state)
{
	struct iface lo = get("lo"), va = get("va"), out;
	_cleanup_free_ struct iface *v = NULL;
	char *err = NULL;
	size_t n;

	(void)state;
	assert_true(lo.link_known && lo.link == LINK_ETHER && lo.index == 1 && lo.mtu == 65536);
	assert_true(va.link_known && va.link == LINK_ETHER && va.up && va.mtu == 1500 && !va.xdp_native);
	assert_int_equal(iface_get("nosuch0", 0, &out, &err), -ENODEV);
	assert_says(err, "nosuch0: no such interface in this network namespace (have: lo");
	free(TAKE_PTR(err));
	assert_int_equal(iface_get("", 0, &out, &err), -ENODEV);
	free(TAKE_PTR(err));
	assert_int_equal(iface_get("a-name-longer-than-any", 0, &out, &err), -ENODEV);
	free(TAKE_PTR(err));
	assert_int_equal(iface_get(NULL, 99999, &out, &err), -ENODEV);
	free(TAKE_PTR(err));
	assert_int_equal(iface_get(NULL, va.index, &out, &err), 0);
	assert_string_equal(out.name, "va");
	assert_int_equal(iface_list(&v, &n, &err), 0);
	assert_true(n >= 2 && v[0].index == 1);
	assert_true(iface_strips_vlan(&va));
	assert_int_equal(run("ethtool -K va rxvlan off"), 0);
	assert_false(iface_strips_vlan(&va));
}

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

static void test_instance(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS);
	_cleanup_free_ char *pin = instance_pin(&x->in, "prog-x"), *dir = instance_pin(&x->in, "sub");
	_cleanup_free_ char *deep = instance_pin(&x->in, "sub/prog-y");
	struct instance again;
	struct stat st;
	char **names, *err = NULL;
	size_t n;

	assert_int_equal(stat(x->in.dir, &st), 0);
	assert_true(st.st_uid == 0 && (st.st_mode & 07777) == 0700);
	assert_int_equal(bpf_obj_pin(p, pin), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(bpf_obj_pin(p, deep), 0);
	assert_int_equal(instance_list(&x->in, &names, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "prog-x");
	instance_names_free(names, n);
	assert_int_equal(instance_open(&again, 0, &err), 0); /* readers do not wait */
	instance_close(&again);
	assert_int_equal(instance_purge(&x->in, &err), 0);
	assert_int_equal(stat(x->in.dir, &st), -1);
	assert_int_equal(instance_open(&again, 0, &err), -ENOENT);
	assert_says(err, "nothing is attached or applied");
	free(TAKE_PTR(err));
	instance_close(&x->in);
	assert_int_equal(instance_open(&x->in, INSTANCE_CREATE, &err), 0);
	assert_int_equal(chmod(x->in.dir, 0755), 0);
	assert_int_equal(instance_open(&again, 0, &err), -EPERM);
	assert_says(err, "mode 0755");
	free(TAKE_PTR(err));
	assert_int_equal(chmod(x->in.dir, 0700), 0);
}

/* Another process purges and unlocks while we wait: we get a lock on a directory that exists. */
static void test_lock(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	struct instance again;
	struct stat st;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		instance_close(&x->in); /* the parent's lock stays: same open file */
		status = instance_open(&again, INSTANCE_CREATE | INSTANCE_LOCK, NULL);
		_exit(status ? 1 : stat(again.dir, &st) ? 2 : 0);
	}
	usleep(200000);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	assert_int_equal(instance_purge(&x->in, &x->err), 0);
	instance_close(&x->in);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(instance_open(&x->in, INSTANCE_CREATE | INSTANCE_LOCK, &x->err), 0);
}

static void test_privileges(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		char *err = NULL;

		if (setresuid(65534, 65534, 65534))
			_exit(2);
		_exit(instance_privileged(&err) != -EPERM || !strstr(err, "needs root or CAP_BPF"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(instance_privileged(NULL), 0);
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
		NET_TEST(test_netns),           NET_TEST(test_iface),          NET_TEST(test_l3_device),
		NET_TEST(test_instance),        NET_TEST(test_lock),           NET_TEST(test_privileges),
		NET_TEST(test_native),          NET_TEST(test_generic),        NET_TEST(test_fallback),
		NET_TEST(test_foreign_netlink), NET_TEST(test_foreign_link),   NET_TEST(test_jumbo),
		NET_TEST(test_again_and_again), NET_TEST(test_interface_gone), NET_TEST(test_index_reused),
		NET_TEST(test_interface_moved), NET_TEST(test_two_interfaces), NET_TEST(test_netns_exec),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--attach"))
		return attach_and_go(argv[2]);
	return net_main(tests);
}
