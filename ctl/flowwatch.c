/* SPDX-License-Identifier: GPL-2.0 */
#include "clock.h"
#include "flowview.h"
#include "flowwatch.h"
#include "timeouts.h"

enum { FLOW_TOLD = 1 << 16, SEEN_MAX = 4096 };

static __u32 told_of(__u16 serial) { return FLOW_TOLD | (__u32)serial; }

static bool first_told(struct flow_watch *w, __u32 place, __u16 serial)
{
	if (place >= w->table.buckets * WAYS || w->told[place] == told_of(serial))
		return false;
	w->told[place] = told_of(serial);
	return true;
}

static enum end_reason why(const struct flow *f)
{
	return flow_has_ended(f) || flow_is_void(f) || flow_is_stopped(f) ? END_CLOSED : END_IDLE;
}

bool flow_watch_event(struct flow_watch *w, const struct flow_event *e, enum end_reason *out)
{
	if (!first_told(w, e->place, e->serial))
		return false;
	*out = why(&e->flow);
	if (*out == END_IDLE && e->head.kind == EVENT_FLOW_END && e->end == FLOW_END_EVICTED)
		*out = END_EVICTED;
	return true;
}

static bool is_over(const struct flow_watch *w, const struct flow *f, ticks_t now)
{
	return flow_has_ended(f) || flow_is_stopped(f) || flow_table_over(&w->table, f, now);
}

/* One place. Most have no flow, or one that goes on. */
static void look_at(struct flow_watch *w, __u32 place, ticks_t now)
{
	const struct flow_bucket *b = &w->table.at[place / WAYS];
	struct flow_seen seen;
	__u16 serial;

	if (!b->head.tag[place % WAYS])
		return;
	seen.over = is_over(w, &b->flow[place % WAYS], now);
	if (seen.over == (w->told[place] == told_of(b->head.serial[place % WAYS])) ||
	    !flow_table_get(b, place % WAYS, &seen.flow, &serial) || seen.over != is_over(w, &seen.flow, now) ||
	    seen.over == (w->told[place] == told_of(serial)))
		return;
	w->told[place] = seen.over ? told_of(serial) : 0;
	seen.end = why(&seen.flow);
	GROW(w->seen.v, w->seen.n, w->seen.cap);
	w->seen.v[w->seen.n++] = seen;
}

bool flow_watch_look(struct flow_watch *w)
{
	ticks_t now = clock_ticks_now(&w->table.clock);

	for (w->seen.n = 0; w->at < w->table.buckets * WAYS; w->at++) {
		if (w->seen.n == SEEN_MAX)
			return false;
		look_at(w, w->at, now);
	}
	w->at = 0;
	return true;
}

int flow_watch_open(const struct state *s, struct flow_watch *out, char **err)
{
	int rc = flow_table_open(s, &out->table, err);

	if (rc)
		return rc;
	out->told = (__u32 *)xcalloc((size_t)out->table.buckets * WAYS, sizeof(*out->told));
	while (!flow_watch_look(out))
		;
	out->seen.n = 0;
	return 0;
}

void flow_watch_rules(struct flow_watch *w, const struct ruleset *rs)
{
	timeouts_fill(&rs->options, w->table.clock.tick_ns, &w->table.settings);
}

void flow_watch_close(struct flow_watch *w)
{
	flow_table_close(&w->table);
	free(w->told);
	free(w->seen.v);
	*w = (struct flow_watch){ .told = NULL };
}
