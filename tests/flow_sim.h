/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow table in plain memory, and who inserts flows and counts packets as the programs do (shared/account.h, insert.h, event.h): for
 * the collector without a kernel, in time that runs as the test wants. Knows what every flow has had.
 */
#ifndef TESTS_FLOW_SIM_H
#define TESTS_FLOW_SIM_H

#include "../ctl/collect.h"

enum { SIM_BUCKETS = 4, SIM_PLACES = SIM_BUCKETS * WAYS, SIM_SERIALS = 4096, SIM_QUEUE = 64, SIM_TICK_NS = 4000000 };

struct sim {
	struct flow_bucket *flows;
	struct reported_bucket *reported;
	struct export_state *st;
	ticks_t now;
	__u64 packets, bytes;               /* of all flows */
	__u64 had[SIM_PLACES][SIM_SERIALS]; /* packets of each flow */
	/* Ends that wait to be read; those that were lost since the queue was full. */
	struct flow_event queue[SIM_QUEUE];
	size_t queued, room;
	struct flow_event late; /* its CPU is slow: it comes behind the next start of its place */
	bool has_late;
	struct export_tally lost;
};

void sim_init(struct sim *s, size_t room);
void sim_free(struct sim *s);
/* A collector over it, as a process that has just started: without sinks. */
void sim_collector(struct sim *s, struct collector *c);

/* A new flow takes the place; what was there ends. A packet of the flow there, if one is. Its connection closes. */
void sim_insert(struct sim *s, __u32 place, __u8 proto, bool late);
void sim_packet(struct sim *s, __u32 place, int dir, __u64 bytes);
void sim_close(struct sim *s, __u32 place);
/* The event that was late comes. */
void sim_deliver_late(struct sim *s);

static inline struct flow *sim_flow(struct sim *s, __u32 place) { return &s->flows[place / WAYS].flow[place % WAYS]; }
static inline __u16 sim_serial(const struct sim *s, __u32 place) { return s->flows[place / WAYS].head.serial[place % WAYS]; }

#endif
