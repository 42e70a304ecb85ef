/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time in the packet path. A live instance counts jiffies (bpf_jiffies64 costs 8 ns, bpf_ktime_get_ns 45);
 * a replay counts nanoseconds of the capture. User space converts: jiffies follow CLOCK_MONOTONIC, so that one pair of
 * readings and the length of a tick are enough.
 */
#ifndef FW_CLOCK_H
#define FW_CLOCK_H

#include "types.h"

struct clock_pair {
	ticks_t ticks;
	__u64 monotonic_ns;
	__u64 tick_ns; /* length of a tick; written by user space */
	/*
	 * From CLOCK_MONOTONIC to the wall clock, for all who tell of a time alike; kept by user space, until the wall clock is set. In a
	 * replay 0: its ticks are times.
	 */
	__u64 real_minus_monotonic_ns;
};
_Static_assert(sizeof(struct clock_pair) == 32, "layout");

#endif
