/* SPDX-License-Identifier: GPL-2.0 */
/* How much a test does that could go on for ever: all of it where nothing is said, less where the machine is emulated. */
#ifndef FW_TESTS_SCALE_H
#define FW_TESTS_SCALE_H

#include <stdlib.h>

/* FWCTL_TEST_PERCENT of n, at least 1. */
static inline unsigned int scaled(unsigned int n)
{
	const char *percent = getenv("FWCTL_TEST_PERCENT");
	unsigned int of = percent ? (unsigned int)((unsigned long long)n * strtoul(percent, NULL, 10) / 100) : n;

	return of ? of : 1;
}

/* Of what is seen at least n times in a whole run: less than its share, since the parts of a run differ. */
static inline unsigned int scaled_least(unsigned int n) { return scaled(n) == n ? n : scaled(n) / 5; }

#endif
