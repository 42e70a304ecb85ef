/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: invalid operands to binary == */
/* EXPECT clang: invalid operands to binary expression */
/* A newtype is not compared with an integer. */
#include "../../shared/maps.bpf.h"

bool f(generation_t a, __u32 b);
bool f(generation_t a, __u32 b)
{
#ifdef BAD
	return a == b;
#else
	return a.raw == b;
#endif
}
