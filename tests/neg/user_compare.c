/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: invalid operands to binary == */
/* EXPECT clang: invalid operands to binary expression */
/* A newtype is not compared with an integer, nor with one of another kind. */
#include "../../ctl/maps.h"

bool f(rule_id_t rule, generation_t generation);
bool f(rule_id_t rule, generation_t generation)
{
	(void)generation;
#ifdef BAD
	return rule == generation.raw;
#else
	return rule.raw == generation.raw;
#endif
}
