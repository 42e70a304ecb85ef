/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* A loss is not counted under a verdict. */
#include "all_maps.h"

void f(loss_id_t loss, tally_id_t tally);
void f(loss_id_t loss, tally_id_t tally)
{
	(void)loss;
	(void)tally;
#ifdef BAD
	fw_tally_add(loss, 1, 1);
#else
	fw_tally_add(tally, 1, 1);
#endif
}
