/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what programs tell user space as it happens, and how both sides agree about flows that end.
 *
 * Readers. A process that wants events takes one of READERS_MAX slots: it makes a ring buffer of its own, puts it into
 * fw_rings at the slot, and says in fw_watch which kinds it wants. So several readers do not take each other's events. Programs look
 * at watch.wants first: an event that nobody wants costs one load. A ring that is full, or has not been emptied for so long that
 * its reader stands still (`until`), never blocks: the event is counted, for the reader in reader.lost, and for all in
 * fw_event_counts by its fate. Per event exactly one fate counts: FATE_SENT when each reader that wants it got it, FATE_LOST
 * when one did not, FATE_UNREAD when there was none. Flow ends and logs that nobody wants are counted as unread too; those of other
 * kinds are not, since counters elsewhere tell of them.
 *
 * Flows. The table (fw_flows) is the programs' alone: user space maps it and reads; nothing there is ever written,
 * freed or marked by a reader. An entry at `place` (bucket * WAYS + way) is one flow from the insert that fills it to the insert
 * that fills it again. What tells the two apart is head.serial[way], which each insert moves on; (place, serial) names a flow. An insert,
 * under the bucket's lock, does in this order: tag = 0; copies the entry that gives way; serial++; writes the new entry; tag = its tag.
 *   - To read an entry: serial, then tag (not 0), then the entry, then tag and serial again (acquire); the copy is of one flow
 *     when both are as before. Its counters may be a packet apart; they only grow, so that the next look has the rest.
 *   - An entry whose idle timeout has passed, or that no rule keeps (flow_expired), has ended and does not change any more: a
 *     reader that sweeps sees it there as long as no insert needs its way. There is no event then; idle ends are the sweep's.
 *   - EVENT_FLOW_END: the insert of another flow (or of a new connection with the same key) took the entry, which is told as it
 *     was at last. After it no event and no look tells of this (place, serial) any more. A reader that has told of a
 *     part of the flow already (active timeout, or expired at its sweep) tells of the difference, if there is one.
 *   - EVENT_FLOW_CLOSED is a hint: the connection's state has just become closed or reset. The flow keeps its entry for the
 *     timeout of that state, and late packets are still counted there: it is over for good by one of the two ways above.
 *   - EVENT_FLOW_START: an insert has filled the entry.
 * So the sum over a flow's records is what its packets were, and each flow that a reader saw or was told of ends once. Events of one
 * place come in order from one CPU; from different CPUs an end may come behind the next start of the same place: compare serials.
 */
#ifndef FW_EVENT_H
#define FW_EVENT_H

#include "flow.h"

#define FW_EVENTS(X)                                                             \
	X(EVENT_LOG, "log")   /* a packet that a rule with `log` decided */      \
	X(EVENT_DROP, "drop") /* a packet that was not passed, and not logged */ \
	X(EVENT_FLOW_START, "flow-start")                                        \
	X(EVENT_FLOW_CLOSED, "flow-closed")                                      \
	X(EVENT_FLOW_END, "flow-end")
#define FW_EVENT_FATES(X)    \
	X(FATE_SENT, "sent") \
	X(FATE_LOST, "lost") \
	X(FATE_UNREAD, "unread")
/* Why an entry was given to another flow. */
#define FW_FLOW_ENDS(X)                                                                          \
	X(FLOW_END_EXPIRED, "expired")   /* idle for longer than its timeout, or revoked */      \
	X(FLOW_END_REPLACED, "replaced") /* a new connection with the same key, after its end */ \
	X(FLOW_END_EVICTED, "evicted")   /* unconfirmed, and the place was needed */
FW_ENUM(event, FW_EVENTS, EVENT_COUNT)
FW_ENUM(event_fate, FW_EVENT_FATES, EVENT_FATE_COUNT)
FW_ENUM(flow_end, FW_FLOW_ENDS, FLOW_END_COUNT)
#ifndef __bpf__
FW_ENUM_TEXT(event, FW_EVENTS)
FW_ENUM_TEXT(event_fate, FW_EVENT_FATES)
FW_ENUM_TEXT(flow_end, FW_FLOW_ENDS)
#endif

/* Each event begins so; `size` is that of the kind's struct. */
struct event_head {
	__u16 kind; /* enum event */
	__u16 size;
	__u32 zero;
	ticks_t now; /* of the packet at hand */
	__u64 time_ns; /* CLOCK_MONOTONIC, when it was sent, so that times of one CPU's events ascend; in a replay the capture's time */
};
_Static_assert(sizeof(struct event_head) == 24, "no padding");

/* EVENT_FLOW_*: the entry, and which one. */
struct flow_event {
	struct event_head head;
	__u32 place; /* bucket * WAYS + way */
	__u16 serial;
	__u8 end; /* enum flow_end, for EVENT_FLOW_END; else 0 */
	__u8 zero;
	struct flow flow;
};
_Static_assert(sizeof(struct flow_event) == 160 && offsetof(struct flow_event, flow) == 32, "no padding");

/* EVENT_LOG, EVENT_DROP: a packet, what became of it, and its first bytes. */
enum { SNAP_BYTES = 128 };
struct packet_event {
	struct event_head head;
	rule_id_t rule;       /* RULE_NONE_RAW where no rule decided */
	generation_t ruleset; /* id of the ruleset that `rule` is a position in */
	__u32 segments;       /* packets that it stands for: what GSO will make of it */
	__u32 length;         /* bytes of the frame */
	__u32 bytes;          /* of layer 3, all segments */
	__u16 vlan_tci;       /* the tag that the stack keeps beside data, where vlan_present */
	__u8 vlan_present;
	__u8 zero;
	__u16 captured;                  /* bytes that are in data */
	__u8 verdict, reason, direction; /* enums */
	iface_id_t iface;
	__u8 link;             /* enum link: what data begins with */
	__u8 decided_by;       /* enum direction: whose default, where no rule decided */
	__u8 data[SNAP_BYTES]; /* those behind `captured` are 0 */
};
_Static_assert(sizeof(struct packet_event) == 56 + SNAP_BYTES && offsetof(struct packet_event, data) == 56, "no padding");

union event_any {
	struct event_head head;
	struct flow_event flow;
	struct packet_event packet;
};

/* Counters of events by kind and fate: packets that logs and drops are about, flows; and the bytes of either. */
typedef struct event_count_id {
	__u32 raw;
} event_count_id_t;
#define EVENT_COUNTS (EVENT_COUNT * EVENT_FATE_COUNT)
static __always_inline event_count_id_t event_count_of(enum event kind, enum event_fate fate)
{
	return (event_count_id_t){ (__u32)kind * EVENT_FATE_COUNT + (__u32)fate };
}

/* Who reads. Written by user space under the instance's lock, but for what is noted. */
enum { READERS_MAX = 8, READER_QUIET = 1 };
typedef struct reader_id {
	__u32 raw;
} reader_id_t; /* a slot */
struct reader {
	__u32 wants;                    /* 1 << EVENT_*; 0: the slot is free */
	__u32 flags;                    /* READER_QUIET: it looks by itself, and is not to be woken */
	ticks_t until;                  /* until then it counts as there; moved on by the reader at least each second */
	__u64 token;                    /* random: a reader that finds another's has been given up, and its slot taken */
	__u64 sent, lost;               /* events of its kinds; added to by programs, 0 at its start */
	__u64 lost_packets, lost_bytes; /* of the flows whose ends are among the lost */
};
_Static_assert(sizeof(struct reader) == 56, "no padding");
struct watch {
	__u32 wants; /* of all readers together */
	__u32 zero;
	struct reader reader[READERS_MAX];
};
_Static_assert(sizeof(struct watch) == 456, "no padding");

#endif
