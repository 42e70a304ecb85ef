/* SPDX-License-Identifier: GPL-2.0 */
/* One difference of the clocks for all who tell of a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../ctl/clock.h"

enum { TICK_NS = 4000000 };

static void test_quiet(void **state)
{
	__u64 first = clock_difference();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_in_range(clock_difference() - first + 500000, 0, 1000000); /* nobody sets this machine's clock meanwhile */
}

static void test_kept(void **state)
{
	struct clock_pair c = { .tick_ns = TICK_NS };
	__u64 now = clock_difference(), near = now + TICK_NS / 2, kept;

	(void)state;
	kept = clock_kept_difference(&c); /* there was none */
	assert_in_range(kept - now + 500000, 0, 1000000);
	assert_int_equal(c.real_minus_monotonic_ns, kept);
	/* What others have kept holds, as far as it is right. */
	c.real_minus_monotonic_ns = near;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(clock_kept_difference(&c), near);
	/* The clock was set, forward or back. */
	for (int back = 0; back < 2; back++) {
		c.real_minus_monotonic_ns = back ? now - 3600000000000ull : now + 2 * TICK_NS;
		kept = clock_kept_difference(&c);
		assert_in_range(kept - now + 500000, 0, 1000000);
		assert_int_equal(clock_kept_difference(&c), kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_quiet), cmocka_unit_test(test_kept) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
