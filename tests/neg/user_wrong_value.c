/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible pointer type */
/* EXPECT clang: incompatible pointer types */
/* A value of another map is not read into. */
#include "../../ctl/maps.h"

int f(fw_clock_t m);
int f(fw_clock_t m)
{
#ifdef BAD
	struct counters value;
#else
	struct clock_pair value;
#endif
	return fw_clock_get(m, &value);
}
