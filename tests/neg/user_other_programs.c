/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* The kernel would take a program for the way out where one for the way in belongs: both are TC's. */
#include "../../ctl/maps.h"

int f(const struct instance_maps *maps, int prog_fd);
int f(const struct instance_maps *maps, int prog_fd)
{
#ifdef BAD
	return fw_programs_in_put(maps->fw_programs_out, 0, prog_fd);
#else
	return fw_programs_in_put(maps->fw_programs_in, 0, prog_fd);
#endif
}
