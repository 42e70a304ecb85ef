/* SPDX-License-Identifier: GPL-2.0 */
/* The packet path's clock (shared/clock.h), as user space reads it. */
#ifndef FW_CTL_CLOCK_H
#define FW_CTL_CLOCK_H

#include "../shared/clock.h"

/* What it says now. `tick_ns` of *c is not 0. */
ticks_t clock_ticks_now(const struct clock_pair *c);

#endif
