/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "clock.h"
#include "fail.h"
#include "flowlist.h"
#include "flowview.h"
#include "live.h"
#include "parse.h"
#include "timeouts.h"

void flow_list_free(struct flow_list *l)
{
	free(l->v);
	*l = (struct flow_list){ NULL, 0, 0 };
}

int flow_table_timeouts(const struct state *s, struct flow_table *t, char **err)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct ruleset rs = { .nrules = 0 };
	int rc = live_open(s, &live, err);

	rc = rc ?: live_parse(&live, &rs, err);
	if (!rc)
		timeouts_fill(&rs.options, t->clock.tick_ns, &t->settings);
	ruleset_free(&rs);
	return rc;
}

int flow_table_open(const struct state *s, struct flow_table *out, char **err)
{
	int rc;

	*out = (struct flow_table){ .buckets = s->cfg.buckets };
	rc = clock_get(s->maps.fw_clock, &out->clock);
	if (rc)
		return FAIL(err, rc, "%s/fw_clock: %s", s->in.shown, strerror(-rc));
	rc = flow_table_timeouts(s, out, err);
	if (rc)
		return rc;
	out->at = fw_flows_map(s->maps.fw_flows, out->buckets);
	return out->at ? 0 : FAIL(err, -errno, "%s/fw_flows: %s", s->in.shown, strerror(errno));
}

void flow_table_close(struct flow_table *t)
{
	fw_flows_unmap(t->at, t->buckets);
	t->at = NULL;
}

bool flow_table_get(const struct flow_bucket *b, __u32 way, struct flow *out, __u16 *serial)
{
	for (int tries = 0; tries < 4; tries++) {
		__u16 before = __atomic_load_n(&b->head.serial[way], __ATOMIC_ACQUIRE);
		__u32 tag = __atomic_load_n(&b->head.tag[way], __ATOMIC_ACQUIRE);

		if (!tag)
			return false;
		*out = b->flow[way];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		*serial = __atomic_load_n(&b->head.serial[way], __ATOMIC_RELAXED);
		if (__atomic_load_n(&b->head.tag[way], __ATOMIC_RELAXED) == tag && *serial == before)
			return true;
	}
	return false;
}

bool flow_table_over(const struct flow_table *t, const struct flow *f, ticks_t now)
{
	__s64 idle = (__s64)(now.raw - f->last.raw);

	return flow_is_void(f) ||
	       (idle > 0 && (__u64)idle > t->settings.timeout[flow_timeout(f->key.proto, (enum flow_state)f->state)]);
}

int flow_list_read(const struct state *s, struct flow_list *out, struct flow_fill *fill, char **err)
{
	_cleanup_flow_table_ struct flow_table t = { .at = NULL };
	int rc = flow_table_open(s, &t, err);
	struct flow f;
	__u16 serial;
	ticks_t now;

	if (rc)
		return rc;
	now = clock_ticks_now(&t.clock);
	if (fill)
		*fill = (struct flow_fill){ 0, 0 };
	for (__u32 i = 0; i < t.buckets * WAYS; i++) {
		const struct flow_bucket *b = &t.at[i / WAYS];

		if (!b->head.tag[i % WAYS] || !flow_table_get(b, i % WAYS, &f, &serial) || flow_table_over(&t, &f, now))
			continue;
		if (fill && !flow_is_stopped(&f))
			*(f.bits & FLOW_CONFIRMED ? &fill->confirmed : &fill->unconfirmed) += 1;
		if (!out)
			continue;
		GROW(out->v, out->n, out->cap);
		out->v[out->n++] = f;
	}
	return 0;
}
