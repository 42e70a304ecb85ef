/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The slots of those who read events (struct watch of shared/event.h): who is there, and whose may be had. Processes look at them and
 * change them side by side, without a lock: a slot belongs to the reader whose token it has.
 */
#ifndef FW_READERS_H
#define FW_READERS_H

#include "maps.h"

struct readers {
	const struct instance_maps *maps; /* borrowed */
	struct clock_pair clock;
	struct watch *watch; /* mapped; NULL: closed */
};

/* 0 or a negative errno. */
int readers_open(const struct instance_maps *m, struct readers *rs);
void readers_close(struct readers *rs);

/*
 * Until when a reader counts as there that is there now, and may be silent for so many seconds. A replay has no clock of its own, and
 * readers that are always there.
 */
ticks_t readers_until(const struct readers *rs, __u32 seconds);

/*
 * A slot for a reader with this token (READER_TOKEN_MIN at least), until readers_until(): a free one, else that of a reader that is not
 * there, whose events are void then. The slot's number, or -EBUSY.
 */
enum { READER_TOKEN_MIN = 2 };
int readers_take(const struct readers *rs, __u64 token, __u32 seconds);

/*
 * Brings the sum of what all readers want up to date. Who joins sets his own word before he adds to the sum, so that one who takes from it at
 * the same time sees him at the second look.
 */
void readers_sum_up(const struct readers *rs);

/*
 * A reader that stands still misses events, and they count as missed, for as long as its slot says what it wants. One that has not been
 * there for so many seconds more was killed: nothing is to be kept for it, nor to count as lost.
 */
void readers_give_up(const struct readers *rs, __u32 seconds);

/* How many are there. */
unsigned int readers_count(const struct readers *rs);

#endif
