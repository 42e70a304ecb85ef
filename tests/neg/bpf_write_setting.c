/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: read-only object */
/* EXPECT clang: const-qualified */
/* Which ruleset is live is not for programs to say. */
#include "all_maps.h"

void f(void);
void f(void)
{
#ifdef BAD
	fw_live_at()->slot = 1;
#else
	(void)fw_live_at()->slot;
#endif
}
