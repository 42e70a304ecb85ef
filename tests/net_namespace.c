/* SPDX-License-Identifier: GPL-2.0 */
/* Where an instance is: network namespaces and their interfaces, the directory of its pins, its lock, and who may have it. */
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

static int tests(void)
{
	const struct CMUnitTest all[] = {
		NET_TEST(test_netns), NET_TEST(test_iface),      NET_TEST(test_instance),
		NET_TEST(test_lock),  NET_TEST(test_privileges),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(void) { return net_main(tests); }
