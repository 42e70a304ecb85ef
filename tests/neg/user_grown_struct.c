/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT: layout */
/* A field that is added to a shared struct has to find its place: sizes and padding are asserted. */
#ifdef BAD
#define tick_ns tick_zero, tick_ns
#endif
#include "../../ctl/maps.h"

struct clock_pair pair;
