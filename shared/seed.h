/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection that was there before the firewall: what user space read of its socket, and hands to the program fw_seed as if
 * it were the bytes of a packet. A program enters it in the flow table, and not the process itself, which could be
 * stopped or killed while it holds the lock of a bucket.
 */
#ifndef FW_SEED_H
#define FW_SEED_H

#include "config.h"

struct seed {
	struct packet first; /* the packet that began it, as far as that is known */
	__u8 state;          /* enum flow_state that it has reached */
	__u8 tcp_flags[2];   /* [0] from the initiator, [1] to it: FIN where that end has said it */
	__u8 direction;      /* enum direction: where packets of the initiator are judged first */
	iface_id_t iface;    /* and on which interface */
	__u8 loops;          /* they are judged in both directions: loopback */
	__u8 late;           /* packets of it may have been judged already: what has an entry is left alone */
	__u8 zero;
};
_Static_assert(sizeof(struct seed) == 104 && offsetof(struct seed, zero) == 103, "no padding");

/* What became of it: the program's return value. */
#define FW_SEEDINGS(X)                                                                                        \
	X(SEEDING_MADE, "made")                                                                               \
	X(SEEDING_KNOWN, "known")           /* the table had its flow; it is marked as seeded, unless late */ \
	X(SEEDING_TABLE_FULL, "table-full") /* no way in the bucket may be evicted */                         \
	X(SEEDING_CONTENDED, "contended")   /* the bucket's lock was not free in time */                      \
	X(SEEDING_FAULT, "fault")           /* of ours: not a seed, or no table */
FW_ENUM(seeding, FW_SEEDINGS, SEEDING_COUNT)
#ifndef __bpf__
FW_ENUM_TEXT(seeding, FW_SEEDINGS)
#endif

#endif
