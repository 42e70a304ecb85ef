/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include "clock.h"
#include "flowlist.h"
#include "live.h"
#include "parse.h"
#include "timeouts.h"

void flow_list_free(struct flow_list *l)
{
	free(l->v);
	*l = (struct flow_list){ NULL, 0, 0 };
}

/* Copies the entry of one way where it holds a flow. An insert clears the tag first and sets it last. */
static bool copy_entry(const struct flow_bucket *b, int way, struct flow *out)
{
	for (int tries = 0; tries < 4; tries++) {
		__u32 tag = __atomic_load_n(&b->head.tag[way], __ATOMIC_ACQUIRE);

		if (!tag)
			return false;
		*out = b->flow[way];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&b->head.tag[way], __ATOMIC_RELAXED) == tag)
			return true;
	}
	return false;
}

static bool is_over(const struct flow *f, ticks_t now, const struct program_cfg *cfg)
{
	__s64 idle = (__s64)(now.raw - f->last.raw);

	return flow_is_void(f) || (idle > 0 && (__u64)idle > cfg->timeout[f->timeout % TIMEOUT_SLOTS]);
}

/* The timeouts that the live programs use. */
static int live_timeouts(const struct state *s, struct clock_pair *clock, struct program_cfg *cfg)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct ruleset rs = { .nrules = 0 };
	int rc = fw_clock_get(s->maps.fw_clock, clock);

	rc = rc ?: live_open(s, &live, NULL);
	rc = rc ?: live_parse(&live, &rs, NULL);
	if (!rc)
		timeouts_fill(&rs.options, clock->tick_ns, cfg);
	ruleset_free(&rs);
	return rc;
}

int flow_list_read(const struct state *s, struct flow_list *out, struct flow_fill *fill)
{
	struct program_cfg cfg = { .buckets = s->cfg.buckets };
	struct flow_bucket *table;
	struct clock_pair clock;
	int rc = live_timeouts(s, &clock, &cfg);

	if (rc)
		return rc;
	table = fw_flows_map(s->maps.fw_flows, cfg.buckets);
	if (!table)
		return -errno;
	if (fill)
		*fill = (struct flow_fill){ 0, 0 };
	for (__u32 i = 0; i < cfg.buckets; i++)
		for (int way = 0; way < WAYS; way++) {
			struct flow f;

			if (!table[i].head.tag[way] || !copy_entry(&table[i], way, &f) ||
			    is_over(&f, clock_ticks_now(&clock), &cfg))
				continue;
			if (fill)
				*(f.bits & FLOW_CONFIRMED ? &fill->confirmed : &fill->unconfirmed) += 1;
			if (!out)
				continue;
			GROW(out->v, out->n, out->cap);
			out->v[out->n++] = f;
		}
	fw_flows_unmap(table, cfg.buckets);
	return 0;
}
