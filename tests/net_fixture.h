/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests against the live kernel (they need root): two network namespaces of the test's own with a veth
 * pair va (here, 10.99.1.1) and vb (10.99.1.2) between them, an open instance, throw-away programs. The
 * parent process removes what the tests leave behind, also when they crash.
 */
#ifndef FW_NET_FIXTURE_H
#define FW_NET_FIXTURE_H

#pragma GCC diagnostic ignored "-Wunused-function" /* no test needs all */

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/hook.h"
#include "../ctl/netns.h"
#include "../ctl/util.h"

static char ns_a[32], ns_b[32];
static int home = -1; /* the namespace that we came from */

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 20, format, ap);
	va_end(ap);
	strcpy(line + n, " >/dev/null 2>&1");
	n = system(line);
	return WIFEXITED(n) ? WEXITSTATUS(n) : -1;
}

/* A program that returns a constant. */
static int program(enum bpf_prog_type type, const char *name, int ret, __u32 flags)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = ret },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags);
	int fd = bpf_prog_load(type, name, "GPL", code, 2, &opts);

	assert_true(fd >= 0);
	return fd;
}

static int xdp(const char *name, int ret) { return program(BPF_PROG_TYPE_XDP, name, ret, 0); }
static int tc(const char *name, int ret) { return program(BPF_PROG_TYPE_SCHED_CLS, name, ret, 0); }
enum { PASS = XDP_PASS, DROP = XDP_DROP, TC_NEXT = -1, TC_DROP = 2, FRAGS = 1 << 5 };

/* Until one comes back: the first may be lost while the kernel has not yet seen that there is a carrier. */
static bool ping(void) { return !run("ping -c1 -i0.2 -w20 -q 10.99.1.2"); }
static bool blocked(void) { return run("ping -c1 -W0.3 -q 10.99.1.2") == 1; }

static struct iface get(const char *name)
{
	struct iface ifc;

	memset(&ifc, 0, sizeof(ifc));
	assert_int_equal(iface_get(name, 0, &ifc, NULL), 0);
	return ifc;
}

struct fixture {
	struct instance in;
	char *note, *err;
	enum attach_kind kind;
};

static int attach_to(struct fixture *x, const char *name, struct hook_request rq)
{
	struct iface ifc = get(name);

	free(TAKE_PTR(x->note));
	free(TAKE_PTR(x->err));
	return hook_attach(&x->in, &ifc, &rq, &x->kind, &x->note, &x->err);
}

#define XDP(fd, mode, ...) ((struct hook_request){ .hook = HOOK_XDP_IN, .prog_fd = (fd), .xdp_mode = (mode), __VA_ARGS__ })
#define TC(h, fd, mode)    ((struct hook_request){ .hook = (h), .prog_fd = (fd), .tc_mode = (mode) })
#define assert_attached(x, name, rq, want)                                                \
	do {                                                                              \
		int rc_ = attach_to((x), (name), (rq));                                   \
		if (rc_)                                                                  \
			print_error("%d: %s\n", rc_, (x)->err);                           \
		assert_int_equal(rc_, 0);                                                 \
		assert_string_equal(attach_kind_text((x)->kind), attach_kind_text(want)); \
	} while (0)
#define assert_says(text, part)                                                         \
	do {                                                                            \
		if (!(text) || !strstr((text), (part)))                                 \
			print_error("'%s' lacks '%s'\n", (text) ? (text) : "", (part)); \
		assert_true((text) && strstr((text), (part)));                          \
	} while (0)

static int detach_from(struct fixture *x, const char *name, enum hook hook)
{
	free(TAKE_PTR(x->err));
	return hook_detach(&x->in, get(name).index, hook, &x->err);
}

/* How many programs of ours, or of others, are on a hook; the first one's is the last argument. */
static size_t count(struct fixture *x, const char *name, enum hook hook, bool ours, size_t *place)
{
	_cleanup_hook_programs_ struct hook_programs p = { NULL, 0, 0 };
	struct iface ifc = get(name);
	size_t i, n = 0;

	assert_int_equal(hook_query(&x->in, &ifc, hook, &p, &x->err), 0);
	for (i = 0; i < p.n; i++) {
		if (p.v[i].ours == ours && !n++ && place)
			*place = i;
	}
	return n;
}

static int teardown(void **state);

static int setup(void **state)
{
	struct fixture *x = (struct fixture *)xcalloc(1, sizeof(*x));

	*state = x;
	x->in = INSTANCE_CLOSED;
	if (netns_enter(ns_a, NULL, &x->err) || instance_open(&x->in, INSTANCE_CREATE | INSTANCE_LOCK, &x->err)) {
		print_error("%s\n", x->err);
		return -1;
	}
	if (!run("ip link add va type veth peer name vb netns %s", ns_b) && !run("ip addr add 10.99.1.1/24 dev va") &&
	    !run("ip link set va up") && !run("ip -n %s addr add 10.99.1.2/24 dev vb", ns_b) &&
	    !run("ip -n %s link set vb up", ns_b) && ping())
		return 0;
	print_error("no veth pair\n");
	teardown(state); /* which cmocka does not call then */
	return -1;
}

static int teardown(void **state)
{
	struct fixture *x = (struct fixture *)*state;

	run("ip link del va");
	run("ip link del vc");
	run("ip link del d0");
	if (x->in.lock_fd >= 0)
		instance_purge(&x->in, NULL);
	instance_close(&x->in);
	free(x->note);
	free(x->err);
	free(x);
	return netns_return(home, NULL);
}

static bool kernel_has_tcx(struct fixture *x)
{
	_cleanup_close_ int t = tc("probe", TC_NEXT);
	bool has = !attach_to(x, "va", TC(HOOK_TC_IN, t, TC_MODE_TCX));

	if (has)
		assert_int_equal(detach_from(x, "va", HOOK_TC_IN), 0);
	return has;
}

#define NET_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void on_signal(int sig) { (void)sig; } /* waitpid returns, and the parent cleans up */

/* Remove a namespace of ours and its pins. */
static void remove_netns(const char *name)
{
	struct instance in;

	if (!netns_enter(name, NULL, NULL) && !instance_open(&in, 0, NULL)) {
		instance_purge(&in, NULL);
		instance_close(&in);
	}
	netns_return(home, NULL);
	run("ip netns del %s", name);
}

/* The exit status: 0, 1, or 77 where the tests cannot run. */
static int net_main(int (*tests)(void))
{
	const struct sigaction quit = { .sa_handler = on_signal };
	_cleanup_free_ char *err = NULL;
	int status = 1 << 8;
	pid_t child;

	if (instance_privileged(&err))
		return fprintf(stderr, "net tests: skipped: %s\n", err), 77;
	snprintf(ns_a, sizeof(ns_a), "fwtest%da", (int)getpid());
	snprintf(ns_b, sizeof(ns_b), "fwtest%db", (int)getpid());
	sigaction(SIGINT, &quit, NULL);
	sigaction(SIGTERM, &quit, NULL);
	if (run("ip netns add %s", ns_a) || run("ip netns add %s", ns_b) || netns_enter(ns_b, &home, &err) ||
	    netns_return(home, &err))
		fprintf(stderr, "net tests: no network namespaces: %s\n", err ? err : "ip netns add failed");
	else if (!(child = fork()))
		_exit(tests() ? 1 : 0);
	else if (waitpid(child, &status, 0) < 0)
		kill(child, SIGKILL);
	remove_netns(ns_a);
	remove_netns(ns_b);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

#endif
