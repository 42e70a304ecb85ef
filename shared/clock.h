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
	__u64 tick_ns;      /* length of a tick; written by user space */
};
_Static_assert(sizeof(struct clock_pair) == 24, "layout");

#endif
