/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of what rules count: an instance of our own, and packets for its XDP program. */
#ifndef FW_TESTS_NET_COUNTS_H
#define FW_TESTS_NET_COUNTS_H

#include "net_instance.h"
#include "build_packet.h"

/* The rule that packets are for. */
#define RULE "pass in proto udp to port 53 stateless\n"

/* An instance, and what is attached on XDP. */
static int setup_counting(void **state)
{
	struct bench *b;

	if (setup_state(state))
		return -1;
	b = (struct bench *)*state;
	b->root = root_load(&b->s.maps, ROOT_XDP, &b->err);
	if (b->root >= 0)
		return 0;
	print_error("%s\n", b->err);
	teardown_state(state);
	return -1;
}

#define COUNTING_TEST(f) cmocka_unit_test_setup_teardown(f, setup_counting, teardown_state)

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
