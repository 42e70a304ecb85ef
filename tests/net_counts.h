/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of what rules count: an instance of our own, and packets for its XDP program. */
#ifndef FW_TESTS_NET_COUNTS_H
#define FW_TESTS_NET_COUNTS_H

#include "net_fixture.h"
#include "build_packet.h"
#include "../ctl/apply.h"
#include "../ctl/live.h"
#include "../ctl/parse.h"
#include "../ctl/programs.h"

/* The rule that packets are for. */
#define RULE "pass in proto udp to port 53 stateless\n"

struct bench {
	struct state s;
	int root; /* what is attached on XDP */
	char *err;
};

static int teardown_state(void **state)
{
	struct bench *b = (struct bench *)*state;

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
		b->root = root_load(&b->s.maps, ROOT_XDP, &b->err);
	if (b->root >= 0)
		return 0;
	print_error("%s\n", b->err);
	teardown_state(state); /* which cmocka does not call then */
	return -1;
}

static void apply_text(struct bench *b, const char *text)
{
	struct apply_result result = { .unchanged = false };
	struct diag d = { .io_error = 0 };
	struct ruleset rs;

	if (ruleset_parse("rules", text, strlen(text), &rs, &d))
		fail_msg("line %u: %s", d.errors.v[0].loc.line, d.errors.v[0].msg);
	diag_free(&d);
	if (apply_ruleset(&b->s, &rs, 0, &result, &b->err))
		fail_msg("%s", b->err);
	assert_false(result.unchanged || result.counters_late);
	ruleset_free(&rs);
}

/* Datagrams to a port, judged by what is live. */
static void send_some(const struct bench *b, unsigned int port, unsigned int n)
{
	_cleanup_free_ char *text = xasprintf("udp 10.0.0.1:1000 > 10.0.0.2:%u", port);
	struct built built;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = (int)n);

	build_packet(text, &built);
	opts.data_in = built.frame.data;
	opts.data_size_in = built.frame.captured;
	assert_int_equal(bpf_prog_test_run_opts(b->root, &opts), 0);
}

#endif
