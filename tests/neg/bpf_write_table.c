/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: read-only object */
/* EXPECT clang: const-qualified */
/* The rules are read-only for programs. */
#include "all_maps.h"

void f(void);
void f(void)
{
#ifdef BAD
	fw_actions_at((rule_id_t){ 0 })->verdict = VERDICT_PASS;
#else
	(void)fw_actions_at((rule_id_t){ 0 })->verdict;
#endif
}
