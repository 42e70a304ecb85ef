/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* The handle of one map is not that of another, though both have the same key and value. */
#include "../../ctl/maps.h"

int f(const struct instance_maps *maps, tally_id_t at, struct counters *sum);
int f(const struct instance_maps *maps, tally_id_t at, struct counters *sum)
{
#ifdef BAD
	return fw_tally_sum(maps->fw_losses, at, sum);
#else
	return fw_tally_sum(maps->fw_tally, at, sum);
#endif
}
