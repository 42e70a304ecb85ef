/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: layout */
/* EXPECT: struct flow, member made_ttl: is not there (in its place made_hops) */
/* Keys and values of all maps are to the user object what they are to the kernel's; also where one has another name. */
#ifdef BAD
#define made_ttl made_hops
#endif
#include "../../shared/maps.def.h"

#define LAYOUT(n, KIND, K, V, max) struct n##_layout { K key; V value; } n##_layout;
FW_MAPS(LAYOUT)
