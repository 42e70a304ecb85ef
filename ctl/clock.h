/* SPDX-License-Identifier: GPL-2.0 */
/* The packet path's clock (shared/clock.h), as user space reads it. */
#ifndef FW_CTL_CLOCK_H
#define FW_CTL_CLOCK_H

#include "maps.h"

/* What it says now. `tick_ns` of *c is not 0. */
ticks_t clock_ticks_now(const struct clock_pair *c);

/* CLOCK_MONOTONIC, in ns and ms; CLOCK_REALTIME, in ns. */
__u64 clock_monotonic_ns(void);
__u64 clock_monotonic_ms(void);
__u64 clock_real_ns(void);

/* From CLOCK_MONOTONIC to the wall clock, as they are now, to about a microsecond. */
__u64 clock_difference(void);

/*
 * What all commands take for that, so that a flow's times are the same in each: kept beside the table, in *shared (fw_clock, mapped), and
 * taken anew when the wall clock has been set by more than a tick, or the machine slept.
 */
__u64 clock_kept_difference(struct clock_pair *shared);

/* The instance's clock, with the difference that is kept now. 0 or a negative errno. */
int clock_get(fw_clock_t m, struct clock_pair *out);

#endif
