/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible type for argument 2 */
/* EXPECT clang: incompatible type */
/* The rule's position is not its slot in the counters: the defaults come first there. */
#include "../../ctl/maps.h"

int f(fw_counts_t m, rule_id_t rule, struct counters *sum);
int f(fw_counts_t m, rule_id_t rule, struct counters *sum)
{
#ifdef BAD
	return fw_counts_sum(m, rule, sum);
#else
	return fw_counts_sum(m, rule_slot_of(DIRECTION_IN, rule), sum);
#endif
}
