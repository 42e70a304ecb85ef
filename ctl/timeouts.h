/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FW_TIMEOUTS_H
#define FW_TIMEOUTS_H

#include "../shared/config.h"
#include "model.h"

/* Idle timeouts in ticks: those of the ruleset's options, else the defaults (which follow nf_conntrack's, but for an
 * established TCP connection's: a day). */
void timeouts_fill(const struct options *o, __u64 tick_ns, struct settings *out);

#endif
