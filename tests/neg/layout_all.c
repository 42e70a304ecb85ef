/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: layout */
/* EXPECT: struct flow, member seq_end: is not there (in its place seq_behind) */
/* Keys and values of all maps are to the user object what they are to the kernel's; also where one has another name. */
#ifdef BAD
#define seq_end seq_behind
#endif
#include "../../shared/maps.def.h"

#define LAYOUT(n, KIND, K, V, max) \
	struct n##_layout {        \
		K key;             \
		V value;           \
	} n##_layout;
FW_MAPS(LAYOUT)
