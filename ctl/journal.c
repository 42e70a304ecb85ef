/* SPDX-License-Identifier: GPL-2.0 */
#include "journal.h"

void journal_add(struct export_state *st, const struct export_entry *e)
{
	st->journal[st->n % JOURNAL_MAX] = *e;
	__atomic_store_n(&st->n, st->n + 1, __ATOMIC_RELEASE); /* whole before it counts: we may be killed here */
}

struct export_tally journal_sum(const struct export_state *st, enum sink_kind k, __u32 n)
{
	struct export_tally sum = { .records = n };

	for (__u32 i = st->done[k]; i < st->done[k] + n && i < JOURNAL_MAX; i++) {
		sum.packets += st->journal[i].packets;
		sum.bytes += st->journal[i].bytes;
	}
	return sum;
}

void journal_settle(struct export_state *st, enum sink_kind k, __u32 n, struct export_tally *what)
{
	struct export_tally sum = journal_sum(st, k, n);

	tally_add(what, &sum);
	__atomic_store_n(&st->done[k], st->done[k] + n, __ATOMIC_RELEASE);
}

void journal_clear(struct export_state *st)
{
	__atomic_store_n(&st->n, 0, __ATOMIC_RELEASE);
	for (int k = 0; k < SINK_COUNT; k++)
		st->done[k] = 0;
}
