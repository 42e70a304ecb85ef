/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: enumeration value 'VERDICT_REJECT' not handled in switch */
/* EXPECT clang: enumeration value 'VERDICT_REJECT' not handled in switch */
/* A switch over an enum has a case for each value. */
#include "../../ctl/maps.h"

int f(enum verdict v);
int f(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return 1;
	case VERDICT_DROP:
#ifndef BAD
	case VERDICT_REJECT:
#endif
		return 2;
	}
	return 0;
}
