/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT clang: default label in switch which covers all enumeration values */
/* BLIND gcc: it has no warning for this; clang builds the BPF face */
/* Nor is there one beside all cases: it would take the values that are added later. */
#include "../../shared/maps.bpf.h"

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
