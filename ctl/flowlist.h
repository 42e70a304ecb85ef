/* SPDX-License-Identifier: GPL-2.0 */
/* The flow table as user space sees it: mapped, and copies of the entries that are live. */
#ifndef FW_FLOWLIST_H
#define FW_FLOWLIST_H

#include "state.h"

/* The table, and what says which of its flows are over: the clock, and the timeouts of the live rules. */
struct flow_table {
	struct flow_bucket *at; /* `buckets` of them, mapped; only read */
	__u32 buckets;
	struct clock_pair clock;
	struct settings settings;
};
/* 0 or a negative errno with *err. */
int flow_table_open(const struct state *s, struct flow_table *out, char **err);
void flow_table_close(struct flow_table *t);
#define _cleanup_flow_table_ _cleanup_(flow_table_close)
/* Reads the timeouts anew, after the rules have changed. 0 or a negative errno with *err. */
int flow_table_timeouts(const struct state *s, struct flow_table *t, char **err);

/*
 * The flow at this way of a bucket, a consistent copy (shared/event.h), with its serial; an entry that changes hands meanwhile is
 * read again. False where there is none.
 */
bool flow_table_get(const struct flow_bucket *b, __u32 way, struct flow *out, __u16 *serial);

/* Past its timeout, or kept by no rule any more: it counts as absent. */
bool flow_table_over(const struct flow_table *t, const struct flow *f, ticks_t now);

struct flow_list {
	struct flow *v;
	size_t n, cap;
};
void flow_list_free(struct flow_list *l);
#define _cleanup_flow_list_ _cleanup_(flow_list_free)

/* Fill of the table; flows that the rules stop are none, though their entries are there. */
struct flow_fill {
	__u64 confirmed, unconfirmed;
};

/*
 * Live flows, a copy each, and those that are stopped (flow_is_stopped: the rules of now may pass them again). `fill` may be NULL, and `out`
 * too. 0 or a negative errno with *err.
 */
int flow_list_read(const struct state *s, struct flow_list *out, struct flow_fill *fill, char **err);

#endif
