/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: implicit conversion from 'enum verdict' to 'enum reason' */
/* EXPECT clang: implicit conversion from enumeration type 'enum verdict' */
/* A verdict is not returned as a reason. */
#include "../../shared/maps.bpf.h"

enum reason f(enum verdict v, enum reason r);
enum reason f(enum verdict v, enum reason r)
{
	(void)v;
	(void)r;
#ifdef BAD
	return v;
#else
	return r;
#endif
}
