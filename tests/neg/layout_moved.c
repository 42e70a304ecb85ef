/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: layout */
/* EXPECT: struct clock_pair, member monotonic_ns: at byte 16, wanted at byte 8 */
/* Two fields of one size that changed places: no size tells. (A user object that was built from another header.) */
#define clock_pair clock_pair_of_header
#include "../../shared/maps.def.h"
#undef clock_pair

struct clock_pair {
#ifdef BAD
	ticks_t ticks;
	__u64 tick_ns, monotonic_ns;
#else
	ticks_t ticks;
	__u64 monotonic_ns, tick_ns;
#endif
};
struct fw_clock_layout {
	__u32 key;
	struct clock_pair value;
} fw_clock_layout;
