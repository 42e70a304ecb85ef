/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT clang: default label in switch which covers all enumeration values */
/* BLIND gcc: it has no warning for this; ctl/ is built with clang as well */
/* Nor is there one beside all cases: it would take the values that are added later. */
#include "../../ctl/maps.h"

int f(enum verdict v);
int f(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return 1;
	case VERDICT_DROP:
	case VERDICT_REJECT:
		return 2;
#ifdef BAD
	default:
		return 3;
#endif
	}
	return 0;
}
