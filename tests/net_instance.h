/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of a live instance: each has its own, with a table of 1,024 flows, in the namespace of net_fixture.h. */
#ifndef FW_TESTS_NET_INSTANCE_H
#define FW_TESTS_NET_INSTANCE_H

#include "net_fixture.h"
#include "net_replay.h"
#include "../ctl/apply.h"
#include "../ctl/live.h"

struct bench {
	struct state s;
	int root; /* a program that leads to the live slot, of tests that load one; -1 */
	char *err;
};

static int teardown_state(void **state)
{
	struct bench *b = (struct bench *)*state;

	if (b->s.in.lock_fd >= 0)
		instance_purge(&b->s.in, NULL);
	state_close(&b->s);
	cleanup_close_fn(&b->root);
	free(b->err);
	free(b);
	return netns_return(home, NULL);
}

static int setup_state(void **state)
{
	struct bench *b = (struct bench *)xcalloc(1, sizeof(*b));

	*state = b;
	b->s = state_none();
	b->root = -1;
	if (!netns_enter(ns_a, NULL, &b->err) && !state_open(&b->s, INSTANCE_CREATE | INSTANCE_LOCK, 1024, &b->err))
		return 0;
	print_error("%s\n", b->err);
	teardown_state(state); /* which cmocka does not call then */
	return -1;
}

#define STATE_TEST(f) cmocka_unit_test_setup_teardown(f, setup_state, teardown_state)

/* What apply_ruleset() says of rules that must be right; b->err is of this one. */
static int try_rules(struct bench *b, const char *text, struct apply_result *result)
{
	struct ruleset rs;
	int rc;

	free(TAKE_PTR(b->err));
	memset(result, 0, sizeof(*result));
	net_rules(text, strlen(text), &rs);
	rc = apply_ruleset(&b->s, &rs, 0, result, &b->err);
	ruleset_free(&rs);
	return rc;
}

/* The same of rules that are to be live. */
static void apply_text(struct bench *b, const char *text)
{
	struct apply_result result;

	if (try_rules(b, text, &result))
		fail_msg("%s", b->err);
	assert_false(result.unchanged || result.counters_late);
}

#endif
