/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the flow table and the ends of flows to records: which flow is due, and what of it has not been told yet (shared/export.h).
 * Reads the mapped table at memory speed, in slices, without a system call an entry.
 */
#ifndef FW_SWEEP_H
#define FW_SWEEP_H

#include "flowlist.h"
#include "record.h"
#include "../shared/config.h"
#include "../shared/event.h"
#include "../shared/export.h"

struct sweep {
	struct flow_table table;          /* with the timeouts of the live rules */
	struct reported_bucket *reported; /* mapped; as many as the table has buckets */
	struct export_state *st;
	__u64 idle, active; /* --idle, --active, in ticks */
	__u64 second;       /* ticks of a second */
	/* Takes a record whose journal entry has been written; times and interfaces are the callee's to fill in. */
	void (*emit)(void *arg, struct flow_record *r, ticks_t since);
	void *arg;
	__u32 at; /* the next bucket */
};

/* The next `n` buckets. */
void sweep_slice(struct sweep *s, __u32 n, ticks_t now);
/* All that has not been told, of all flows: the collector ends. */
void sweep_last(struct sweep *s, ticks_t now);
/* A flow's end (EVENT_FLOW_END). */
void sweep_end(struct sweep *s, const struct flow_event *e);

#endif
