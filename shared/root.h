/* SPDX-License-Identifier: GPL-2.0 */
/* The way from an attached root program to the live ruleset's. */
#ifndef FW_ROOT_H
#define FW_ROOT_H

#include "maps.bpf.h"

FW_MAPS_ROOT(MAP)

#include "fault.h"

#ifndef __bpf__
#define bpf_tail_call_static bpf_tail_call /* which libbpf has for clang only; gcc reads this too (scripts/strict.sh) */
#endif

/*
 * Does not return where the live slot holds a program. A call for each slot: the kernel makes a jump of one whose place is constant, and where
 * the processor must not predict where jumps go, an indirect one costs some 13 ns.
 */
static __always_inline void go_on(void *ctx, void *programs)
{
	const volatile struct live *live = fw_live_at();
	__u32 slot = live->slot; /* read once: it may change meanwhile */

	_Static_assert(PROGRAM_SLOTS == 2, "a call for each");
	if (slot == 0)
		bpf_tail_call_static(ctx, programs, 0);
	if (slot == 1)
		bpf_tail_call_static(ctx, programs, 1);
}

#endif
