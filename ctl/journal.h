/* SPDX-License-Identifier: GPL-2.0 */
/* The batch of records on their way to the sinks, and what became of it (shared/export.h). */
#ifndef FW_JOURNAL_H
#define FW_JOURNAL_H

#include "../shared/export.h"

/* Adds a record to the batch. There is room: the caller has the sinks flush a full one. */
void journal_add(struct export_state *st, const struct export_entry *e);
static inline bool journal_full(const struct export_state *st) { return st->n == JOURNAL_MAX; }

/* Records of the batch that the sink has not settled. */
static inline __u32 journal_pending(const struct export_state *st, enum sink_kind k) { return st->n - st->done[k]; }

/* The sink's next `n` records count as `what`: sent, lost or queued of that sink. */
void journal_settle(struct export_state *st, enum sink_kind k, __u32 n, struct export_tally *what);
/* Their sum. */
struct export_tally journal_sum(const struct export_state *st, enum sink_kind k, __u32 n);

/* All sinks have settled all: the batch is empty. */
void journal_clear(struct export_state *st);

static inline void tally_add(struct export_tally *to, const struct export_tally *t)
{
	to->records += t->records;
	to->packets += t->packets;
	to->bytes += t->bytes;
}
static inline void tally_move(struct export_tally *from, struct export_tally *to, const struct export_tally *t)
{
	tally_add(to, t);
	from->records -= t->records;
	from->packets -= t->packets;
	from->bytes -= t->bytes;
}

#endif
