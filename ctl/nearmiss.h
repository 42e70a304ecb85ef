/* SPDX-License-Identifier: GPL-2.0 */
/* By how much a rule misses a packet. */
#ifndef FW_NEARMISS_H
#define FW_NEARMISS_H

#include "linear.h"
#include "probe.h"

/*
 * How many of the fields of r, a rule of rs, the packet fails, and the first of them in the order of the rule's text (*first, static
 * storage; NULL where none). A rule of the other direction fails by that alone. `sets` as in linear.h.
 */
unsigned int fields_failed(const struct ruleset *rs, const struct linear_sets *sets, const struct rule *r, const struct probe *p,
			   const char **first);

#endif
