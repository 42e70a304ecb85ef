/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the collector (`fwctl export`) has told of each flow, and what it was about to tell: kept in pinned maps, so that one that
 * is killed and started again neither tells anything twice nor forgets it. Programs do not touch these maps; they are made by the
 * first collector of an instance.
 *
 * A flow is named by its place in the flow table and the serial of the entry there (event.h). Order of a report, which makes every
 * point of it a good one to die at: it is written down what will be; then the journal has the record, `reported` is moved on, and a
 * flow's end is taken; the sinks get the batch; it is written down what became of it; then that is counted, and `done` of the sink
 * moves on. What has been written down as valid is carried out by the next collector.
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
	ruling_t passed; /* what its packets were last passed by, as far as was seen: a rule change that cuts it overwrites that */
	__u32 waiting; /* ticks, the lower half: since when another flow is seen at the place, and the end of this one not yet; 0: not */
	__u16 serial;
	__u16 zero;
};
_Static_assert(sizeof(struct reported) == 64, "one cache line");
struct reported_bucket {
	struct reported way[WAYS];
};

/* Records, and the packets and bytes (layer 3, both directions) that they speak of. */
struct export_tally {
	__u64 records, packets, bytes;
};

/* A record of the batch at hand: of which flow, and how much it speaks of. */
struct export_entry {
	__u32 place;
	__u16 serial;
	__u16 zero;
	__u64 packets, bytes;
};

/* A report that is about to be made: what all will be that changes with it, so that it can be made again by who finds it under way. */
struct export_step {
	__u32 valid;
	__u32 n;          /* entries of the journal; with `news` the last one is `entry` */
	__u16 news, last; /* last: it is a flow's end that was taken */
	__u32 zero;
	struct export_entry entry; /* also without news: place and serial */
	struct reported after;     /* of the place */
	struct export_tally missed;
};

/* Tallies that are about to change together: what they will be, so that it can be done again by who finds it under way. */
struct export_change {
	__u32 valid;
	__u32 sink, done; /* done[sink] will be that */
	__u32 to, from;   /* offsets of tallies in struct export_state; from 0: none */
	__u32 zero;
	struct export_tally to_value, from_value;
};

enum { JOURNAL_MAX = 512 };
enum { SINKS_TCP = 1 << 16 }; /* IPFIX goes over TCP: what is queued is not on its way yet */
struct export_state {
	enum sink_kind kinds[0]; /* by which the arrays go: their numbers are part of the map's type, as in struct vocabulary */
	__u64 token;             /* of the reader of events (event.h) that is, was or is about to be ours */
	__u32 n;                 /* entries of the journal */
	__u32 done[SINK_COUNT];  /* entries that the sink has got, or that are counted as lost to it */
	__u32 sinks;             /* 1 << SINK_*: those of the collector that wrote the journal; and SINKS_TCP */
	__u32 last_end_place;    /* the last flow end that was taken from the ring buffer */
	__u16 last_end_serial, last_end_valid;
	__u64 file_device, file_inode; /* of the JSON file, and its length before the batch */
	__u64 file_length;
	struct export_tally sent[SINK_COUNT], lost[SINK_COUNT];
	struct export_tally queued[SINK_COUNT]; /* handed to the sink, and neither sent nor lost yet */
	ticks_t since;                          /* flow ends are read, or counted as lost, since then */
	/* Flows whose ends were lost, the ring buffer being full: what had not been told of them. `missed` is what had, since `since`. */
	struct export_tally unseen, unseen_before, missed;
	struct export_step step;
	struct export_change change;
	struct export_entry journal[JOURNAL_MAX];
};

#endif
