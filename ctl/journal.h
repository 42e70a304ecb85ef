/* SPDX-License-Identifier: GPL-2.0 */
/* The batch of records on their way to the sinks, and what became of it (shared/export.h). */
#ifndef FW_JOURNAL_H
#define FW_JOURNAL_H

#include "../shared/export.h"

/*
 * Makes a report, whole, here or in the next process: with `news` a record is added to the batch, the place of `entry` in `reported`
 * becomes `after`, and with `last` the flow's end counts as taken. There is room: the caller has the sinks flush a full batch. `valid` and `n`
 * of *step need not be given.
 */
void journal_step(struct export_state *st, struct reported_bucket *reported, const struct export_step *step);
static inline bool journal_full(const struct export_state *st) { return st->n == JOURNAL_MAX; }

/* Records of the batch that the sink has not settled. */
static inline __u32 journal_pending(const struct export_state *st, enum sink_kind k) { return st->n - st->done[k]; }

/* The sink's next `n` records count as `what`: sent, lost or queued of that sink. */
void journal_settle(struct export_state *st, enum sink_kind k, __u32 n, struct export_tally *what);
/* Their sum. */
struct export_tally journal_sum(const struct export_state *st, enum sink_kind k, __u32 n);

/* `t` of one tally goes over to another, both of *st: what was queued is sent, or lost. */
void journal_move(struct export_state *st, struct export_tally *from, struct export_tally *to, const struct export_tally *t);

/* Before anything else of it is used: ends what a killed collector was in the middle of. */
void journal_recover(struct export_state *st, struct reported_bucket *reported);

/* All sinks have settled all: the batch is empty. */
void journal_clear(struct export_state *st);

static inline void tally_add(struct export_tally *to, const struct export_tally *t)
{
	to->records += t->records;
	to->packets += t->packets;
	to->bytes += t->bytes;
}

#endif
