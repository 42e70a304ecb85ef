/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT: two cache lines, no padding */
/* A field that is added to a shared struct has to find its place: sizes and padding are asserted. */
#ifdef BAD
#define made_length made_zero, made_length
#endif
#include "../../ctl/maps.h"

struct flow f;
