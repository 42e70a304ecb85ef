/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of several hooks are undone, and what cannot be undone is said. */
#include "net_fixture.h"
#include "../ctl/hook_change.h"

static bool refuse_links;

int __real_bpf_link_create(int prog, int target, enum bpf_attach_type type, const struct bpf_link_create_opts *opts);
int __wrap_bpf_link_create(int prog, int target, enum bpf_attach_type type, const struct bpf_link_create_opts *opts);
int __wrap_bpf_link_create(int prog, int target, enum bpf_attach_type type, const struct bpf_link_create_opts *opts)
{
	return refuse_links ? -EPERM : __real_bpf_link_create(prog, target, type, opts);
}

static __u32 program_on(struct fixture *x, enum hook hook, enum attach_kind *kind)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };
	struct iface va = get("va");

	assert_int_equal(hook_query(&x->in, &va, hook, &p, NULL), 0);
	assert_true(p.n <= 1);
	if (p.n)
		*kind = p.v[0].kind;
	return p.n ? p.v[0].prog_id : 0;
}

static void change(struct fixture *x, struct hook_changes *c, struct hook_request rq)
{
	struct iface va = get("va");

	free(TAKE_PTR(x->note));
	assert_int_equal(hook_change_attach(c, &x->in, &va, &rq, &x->kind, &x->note, &x->err), 0);
}

/* Each hook has the program and the kind of before, or nothing. */
static void test_undo(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), p2 = xdp("pass2", PASS), n = tc("next", TC_NEXT), n2 = tc("next2", TC_NEXT);
	struct hook_changes c = { .v = NULL };
	enum attach_kind kind = ATTACH_TCX;
	__u32 in, out;

	assert_attached(x, "va", XDP(p, XDP_MODE_GENERIC), ATTACH_XDP_GENERIC);
	assert_attached(x, "va", TC(HOOK_TC_OUT, n, TC_MODE_CLSACT), ATTACH_CLSACT);
	in = program_on(x, HOOK_XDP_IN, &kind);
	out = program_on(x, HOOK_TC_OUT, &kind);
	change(x, &c, TC(HOOK_TC_IN, n, TC_MODE_AUTO));
	change(x, &c, XDP(p2, XDP_MODE_NATIVE));
	change(x, &c, TC(HOOK_TC_OUT, n2, TC_MODE_AUTO));
	assert_int_equal(hook_change_detach(&c, &x->in, get("va").index, HOOK_XDP_IN, &x->err), 0);
	assert_int_equal(hook_change_detach(&c, &x->in, get("va").index, HOOK_TC_OUT, &x->err), 0);
	x->err = xstrdup("why");
	assert_int_equal(hook_changes_undo(&c, &x->in, &x->err), 0);
	assert_string_equal(x->err, "why");
	assert_int_equal(program_on(x, HOOK_XDP_IN, &kind), in);
	assert_int_equal(kind, ATTACH_XDP_GENERIC);
	assert_int_equal(program_on(x, HOOK_TC_OUT, &kind), out);
	assert_int_equal(kind, ATTACH_CLSACT);
	assert_int_equal(program_on(x, HOOK_TC_IN, &kind), 0);
	hook_changes_free(&c);
}

/* What the kernel does not take back is told, and the rest is undone all the same. */
static void test_not_undone(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	struct hook_changes c = { .v = NULL };
	enum attach_kind kind = ATTACH_TCX;

	assert_attached(x, "va", XDP(p, XDP_MODE_NATIVE), ATTACH_XDP_NATIVE);
	change(x, &c, TC(HOOK_TC_IN, n, TC_MODE_AUTO));
	assert_int_equal(hook_change_detach(&c, &x->in, get("va").index, HOOK_XDP_IN, &x->err), 0);
	refuse_links = true;
	x->err = xstrdup("why");
	assert_int_equal(hook_changes_undo(&c, &x->in, &x->err), -EPERM);
	refuse_links = false;
	assert_says(x->err,
		    "why; and va: what was on the in hook (xdp-native) cannot be put back: va: cannot attach in native mode");
	assert_int_equal(program_on(x, HOOK_XDP_IN, &kind), 0);
	assert_int_equal(program_on(x, HOOK_TC_IN, &kind), 0);
	hook_changes_free(&c);
}

/* Of an interface that goes meanwhile nothing is missed. */
static void test_gone(void **state)
{
	struct fixture *x = (struct fixture *)*state;
	_cleanup_close_ int p = xdp("pass", PASS), n = tc("next", TC_NEXT);
	unsigned int index = get("va").index;
	struct hook_changes c = { .v = NULL };

	assert_attached(x, "va", XDP(p, XDP_MODE_NATIVE), ATTACH_XDP_NATIVE);
	change(x, &c, TC(HOOK_TC_OUT, n, TC_MODE_AUTO));
	assert_int_equal(run("ip link del va"), 0);
	assert_int_equal(hook_change_detach(&c, &x->in, index, HOOK_XDP_IN, &x->err), 0);
	free(TAKE_PTR(x->err));
	assert_int_equal(hook_changes_undo(&c, &x->in, &x->err), 0);
	assert_null(x->err);
	hook_changes_free(&c);
}

static int tests(void)
{
	const struct CMUnitTest all[] = { NET_TEST(test_undo), NET_TEST(test_not_undone), NET_TEST(test_gone) };

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(void) { return net_main(tests); }
