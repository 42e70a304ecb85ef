/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: implicit declaration of function */
/* EXPECT clang: implicit declaration of function */
/* User space reads the programs' counters and never sets them. */
#include "../../ctl/maps.h"

int f(fw_tally_t m, tally_id_t at, struct counters *c);
int f(fw_tally_t m, tally_id_t at, struct counters *c)
{
#ifdef BAD
	return fw_tally_put(m, at, c);
#else
	return fw_tally_sum(m, at, c);
#endif
}
