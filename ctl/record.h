/* SPDX-License-Identifier: GPL-2.0 */
/* A flow record: what the collector tells of a flow at one time, as its sinks take it. */
#ifndef FW_RECORD_H
#define FW_RECORD_H

#include "flowview.h"
#include "rulebook.h"

/* Why a record is made. */
#define FW_END_REASONS(X)         \
	X(END_IDLE, "idle")       \
	X(END_ACTIVE, "active")   \
	X(END_CLOSED, "closed")   \
	X(END_EVICTED, "evicted") \
	X(END_SHUTDOWN, "shutdown")
FW_ENUM(end_reason, FW_END_REASONS, END_REASON_COUNT)
FW_ENUM_TEXT(end_reason, FW_END_REASONS)

/*
 * The flow's entry, with the packets and bytes that no earlier record counts in place of all of them. Times are ns since the
 * epoch: the flow's first packet, that from which on this record counts, the flow's last packet.
 */
struct flow_record {
	struct flow flow;
	enum end_reason end;
	bool first_record; /* there was none of this flow before */
	bool over;         /* its entry is: there will be none behind it */
	__u32 ruleset;     /* id of that which its rule is a position in; 0: not known any more */
	__u64 first_ns, since_ns, last_ns;
	__u32 ifindex[DIRECTION_COUNT]; /* where it came in and went out; 0: not seen there */
};

/* An object with the keys of `flows -j`, ruleset where it is known, end_reason, and since where it is not the flow's first record. */
void record_json(struct json *j, const struct flow_context *c, const struct flow_record *r);

/*
 * What is new in *now since `packets` and `bytes` of it were told: subtracts those from it. False where there is nothing new. Counters of
 * an entry only grow; where one has not, it is taken for a flow of its own.
 */
bool record_subtract(struct flow *now, const __u64 packets[2], const __u64 bytes[2]);

#endif
