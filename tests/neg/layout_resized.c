/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: layout */
/* EXPECT: struct clock_pair, member tick_ns: unsigned integer of 4 bytes, wanted unsigned integer of 8 bytes */
/* A field that became smaller, with padding that keeps the size. (A user object that was built from another header.) */
#define clock_pair clock_pair_of_header
#include "../../shared/maps.def.h"
#undef clock_pair

struct clock_pair {
#ifdef BAD
	ticks_t ticks;
	__u64 monotonic_ns;
	__u32 tick_ns, zero;
#else
	ticks_t ticks;
	__u64 monotonic_ns, tick_ns;
#endif
};
struct fw_clock_layout {
	__u32 key;
	struct clock_pair value;
} fw_clock_layout;
