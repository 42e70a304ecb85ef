/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector: sweeps the flow table, reads ends of flows, and gives records to sinks. What it is made of is set up by export.c with
 * privileges, or by a test without a kernel; from then on it needs none.
 */
#ifndef FW_COLLECT_H
#define FW_COLLECT_H

#include "events.h"
#include "rulewatch.h"
#include "sink.h"
#include "sweep.h"

/* One look at everything each tick, the whole table each cycle. */
enum { COLLECT_TICK_MS = 20, COLLECT_CYCLE_MS = 1000, COLLECT_ACTIVE_S = 60, COLLECT_IDLE_S = 15 };

struct collector {
	struct sweep sweep; /* table, reported and st are set by who sets up */
	struct sink_env env;
	struct sink *sinks[SINK_COUNT];  /* NULL: none of this kind */
	struct flow_context context;     /* clock and rules of the record at hand */
	struct events *events;           /* NULL: none are read */
	struct rulewatch *rules;         /* NULL: there are none */
	bool said_ended;                 /* that they can be read no more */
	struct clock_pair *clock;        /* fw_clock, mapped; NULL: that of the context stays */
	const struct iface_slot *ifaces; /* IFACE_SLOTS, mapped; NULL: interfaces are not told */
	__u32 ifindex[IFACE_MAX];        /* by iface_id_t */
	__u64 now;                       /* monotonic ns: of the tick at hand */
	__u64 clock_at;                  /* monotonic ns: when to look at the wall clock again */
};

/* Fills in how sweep and sinks call back. Sinks are opened with &c->env then. */
void collect_init(struct collector *c);

/* One tick, at this time of the packet path's clock and of CLOCK_MONOTONIC. 0, or a negative errno when events cannot be read any more. */
int collect_tick(struct collector *c, ticks_t now, __u64 monotonic_ns);
/* SIGHUP. */
void collect_reopen(struct collector *c);
/* A last look at everything; sinks are closed. */
void collect_end(struct collector *c, ticks_t now);
/* Closes those that are open, for one that never came to run. */
void collect_close_sinks(struct collector *c);

/* Ticks in a length of time. */
static inline __u64 ticks_of(const struct clock_pair *c, __u64 ms) { return (ms * 1000000 + c->tick_ns - 1) / c->tick_ns; }

#endif
