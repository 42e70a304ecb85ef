/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: enumeration value 'STATUS_TOO_DEEP' not handled in switch */
/* EXPECT clang: enumeration value 'STATUS_TOO_DEEP' not explicitly handled in switch */
/* A default does not stand for the values that were forgotten. */
#include "../../shared/maps.bpf.h"

int f(enum status s);
int f(enum status s)
{
	switch (s) {
	case STATUS_OK:
	case STATUS_NONIP:
	case STATUS_MALFORMED:
	case STATUS_TRUNCATED:
		return 1;
#ifdef BAD
	default:
#else
	case STATUS_TOO_DEEP:
#endif
		return 2;
	}
	return 0;
}
