/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible type for argument 2 */
/* EXPECT clang: incompatible type */
/* A number is no position of a rule. */
#include "../../ctl/maps.h"

int f(fw_actions_t m, __u32 i, struct rule_action *a);
int f(fw_actions_t m, __u32 i, struct rule_action *a)
{
#ifdef BAD
	return fw_actions_get(m, i, a);
#else
	return fw_actions_get(m, (rule_id_t){ i }, a);
#endif
}
