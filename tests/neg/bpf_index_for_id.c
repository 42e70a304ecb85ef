/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* A number is no position of a rule. */
#include "all_maps.h"

bool f(__u32 i);
bool f(__u32 i)
{
#ifdef BAD
	return fw_actions_at(i) != NULL;
#else
	return fw_actions_at((rule_id_t){ i }) != NULL;
#endif
}
