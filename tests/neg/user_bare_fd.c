/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* A descriptor is no handle. */
#include "../../ctl/maps.h"

int f(int fd, fw_clock_t m, struct clock_pair *pair);
int f(int fd, fw_clock_t m, struct clock_pair *pair)
{
	(void)fd;
	(void)m;
#ifdef BAD
	return fw_clock_get(fd, pair);
#else
	return fw_clock_get(m, pair);
#endif
}
