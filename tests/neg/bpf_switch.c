/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: enumeration value 'STATUS_TOO_DEEP' not handled in switch */
/* EXPECT clang: enumeration value 'STATUS_TOO_DEEP' not handled in switch */
/* A switch over an enum has a case for each value. */
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
#ifndef BAD
	case STATUS_TOO_DEEP:
		return 2;
#endif
	}
	return 0;
}
