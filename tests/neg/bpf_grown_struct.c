/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT: two cache lines, no padding */
/* A field that is added to a shared struct has to find its place: sizes and padding are asserted. */
#ifdef BAD
#define made_length made_zero, made_length
#endif
#include "../../shared/maps.bpf.h"

struct flow f;
