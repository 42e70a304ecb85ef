/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs side by side: loading is done by two threads, a BPF object each (ctl/programs.c). Here under ThreadSanitizer, which
 * ends the program with a status of its own where two threads meet on memory without order. libbpf is not instrumented: what its
 * calls read and write of ours is seen where they come through the C library. Loads that go well, loads that fail on both threads
 * at once (each keeps its own last words), and one object alone.
 */
#include <sys/resource.h>
#include "net_replay.h"

enum { LOADS = 3, FEW_FILES = 6 };

static const char text[] = "default in drop\npass in proto tcp to port { 22 80 }\npass out to 192.0.2.0/24\n";

static void test_loads(void **state)
{
	static const unsigned int hooks[] = { LOAD_ALL, LOAD_XDP, LOAD_OUT | LOAD_IN };
	struct ruleset rs;

	(void)state;
	net_rules(text, strlen(text), &rs);
	for (int i = 0; i < LOADS; i++)
		for (size_t h = 0; h < sizeof(hooks) / sizeof(*hooks); h++)
			replay_close(net_open(&rs, NULL, hooks[h]));
	ruleset_free(&rs);
}

/* Descriptors run out at one place after another, the last ones when both threads load. */
static void test_failing(void **state)
{
	struct rlimit usual, few;
	unsigned int failed = 0;
	struct ruleset rs;

	(void)state;
	net_rules(text, strlen(text), &rs);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	for (rlim_t limit = FEW_FILES; limit < 200 && failed < limit; limit += 5) {
		struct replay *r = NULL;
		char *err = NULL;
		int rc;

		few = (struct rlimit){ limit, usual.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		rc = replay_open(&rs, NULL, &r, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
		assert_true(rc ? !r && err : r && !err);
		if (!rc) {
			replay_close(r);
			break;
		}
		failed++;
		free(err);
	}
	assert_true(failed > 3);
	replay_close(net_open(&rs, NULL, LOAD_ALL)); /* nothing was left behind */
	ruleset_free(&rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_loads), cmocka_unit_test(test_failing) };
	int refused = net_refused("net_threads");

	objects_verbose(false); /* their last words are kept */

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
