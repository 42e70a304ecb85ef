/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the collector (`fwctl export`) has told of each flow, and what it was about to tell: kept in pinned maps, so that one that
 * is killed and started again neither tells anything twice nor forgets it. Programs do not touch these maps; they are made by the
 * first collector of an instance.
 *
 * A flow is named by its place in the flow table and the serial of the entry there (event.h). Order of a report, which makes every
 * point of it a good one to die at: journal[n] is written; n counts it; `reported` is moved on; the sinks get the batch; what
 * became of it is counted, and `done` of the sink moves on.
 */
#ifndef FW_EXPORT_H
#define FW_EXPORT_H

#include "assoc.h"

#define FW_SINKS(X) X(SINK_JSON, "json") X(SINK_IPFIX, "ipfix")
FW_ENUM(sink_kind, FW_SINKS, SINK_COUNT)
#ifndef __bpf__
FW_ENUM_TEXT(sink_kind, FW_SINKS)
#endif

/* Of the entry at the same place of the flow table: what has been told of it. All 0: nothing. */
struct reported {
	__u64 packets[2], bytes[2]; /* by direction as in struct flow */
	ticks_t first;              /* the flow's, and its serial: whose counts these are */
	ticks_t until;              /* when the last record was made */
	ticks_t waiting;            /* since when another flow is seen at the place, and the end of this one not yet; 0: not */
	__u16 serial;
	__u16 zero[3];
};
_Static_assert(sizeof(struct reported) == 64, "one cache line");
struct reported_bucket { struct reported way[WAYS]; };

/* Records, and the packets and bytes (layer 3, both directions) that they speak of. */
struct export_tally { __u64 records, packets, bytes; };

/* A record of the batch at hand. `target` is reported.packets[0] + [1] once it has been told. */
struct export_entry {
	__u32 place;
	__u16 serial;
	__u16 last;     /* it is the flow's last record: the place's serial moves on */
	__u64 target;
	__u64 packets, bytes;
};

enum { JOURNAL_MAX = 512 };
struct export_state {
	__u64 token;                      /* of the reader of events (event.h) that is or was ours */
	__u32 slot;
	__u32 n;                          /* entries of the journal */
	__u32 done[SINK_COUNT];           /* entries that the sink has got, or that are counted as lost to it */
	__u32 sinks;                      /* 1 << SINK_*: those of the collector that wrote the journal */
	__u32 last_end_place;             /* the last flow end that was taken from the ring buffer */
	__u16 last_end_serial, last_end_valid;
	__u32 zero;
	__u64 real_minus_monotonic_ns;    /* kept, so that a flow's times are the same in all its records */
	__u64 file_device, file_inode;    /* of the JSON file, and its length before the batch */
	__u64 file_length;
	struct export_tally sent[SINK_COUNT], lost[SINK_COUNT];
	struct export_tally queued[SINK_COUNT]; /* handed to the sink, and neither sent nor lost yet */
	ticks_t since;                    /* flow ends are read, or counted as lost, since then */
	/* Flows whose ends were lost, the ring buffer being full: what had not been told of them. `missed` is what had, since `since`. */
	struct export_tally unseen, unseen_before, missed;
	struct export_entry journal[JOURNAL_MAX];
};

#endif
