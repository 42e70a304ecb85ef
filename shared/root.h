/* SPDX-License-Identifier: GPL-2.0 */
/* The way from an attached root program to the live ruleset's. */
#ifndef FW_ROOT_H
#define FW_ROOT_H

#include "maps.bpf.h"

FW_MAPS_ROOT(MAP)

/* Does not return where the live slot holds a program. */
static __always_inline void go_on(void *ctx, void *programs)
{
	const struct live *live = fw_live_at();

	if (live)
		bpf_tail_call(ctx, programs, live->slot);
}

/* There was none: closed, and counted. */
static __always_inline void count_no_program(enum direction d, __u64 bytes)
{
	fw_tally_add(tally_of(d, VERDICT_DROP, REASON_NO_PROGRAM), 1, bytes);
}

#endif
