/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: enumeration value 'VERDICT_REJECT' not handled in switch */
/* EXPECT clang: enumeration value 'VERDICT_REJECT' not explicitly handled in switch */
/* A default does not stand for the values that were forgotten. */
#include "../../ctl/maps.h"

int f(enum verdict v);
int f(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return 1;
	case VERDICT_DROP:
		return 2;
#ifdef BAD
	default:
#else
	case VERDICT_REJECT:
#endif
		return 3;
	}
	return 0;
}
