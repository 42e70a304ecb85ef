/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "clock.h"
#include "fail.h"
#include "sample.h"
#include "top_heap.h"
#include "top_hosts.h"

/* What an entry had at the last look; whose it was. */
struct seen {
	__u64 packets[2], bytes[2];
	__u16 serial;
	__u16 zero[3];
};

struct sampler {
	const struct state *s;
	struct live_ruleset live;
	struct ruleset rules;
	struct flow_filter filter;
	struct flow_context context;
	struct flow_table table;
	struct seen *seen; /* by place */
	struct counters tally[TALLY_SLOTS], losses[LOSS_COUNT];
	struct counters *counts; /* by rule_slot_t, as of the last look */
	__u64 at_ns;
	struct heap flow_heap, rule_heap;
	struct hosts hosts;
	struct top_flow flows[TOP_MAX];
	struct top_host top_hosts[TOP_MAX];
	struct top_rule top_rules[TOP_MAX];
};

static struct rate rate_of(__u64 packets, __u64 bytes, double seconds)
{
	return (struct rate){ (double)packets / seconds, (double)bytes * 8 / seconds };
}

static void add_rate(struct rate *to, struct rate r)
{
	to->packets += r.packets;
	to->bits += r.bits;
}

/* --- counters ------------------------------------------------------------------------------------- */

/* What a counter has more than at the last look. */
static struct counters moved(struct counters *last, struct counters now)
{
	struct counters d = { now.packets - last->packets, now.bytes - last->bytes };

	*last = now;
	return d;
}

static void add_verdict(struct sample *out, enum direction d, enum verdict v, enum reason r, struct counters c)
{
	struct rate rate = rate_of(c.packets, c.bytes, out->seconds);

	switch (v) {
	case VERDICT_PASS:
		add_rate(&out->passed[d], rate);
		return;
	case VERDICT_DROP:
	case VERDICT_REJECT:
		break;
	}
	add_rate(&out->dropped[d], rate);
	add_rate(&out->drops[r], rate);
}

static int look_at_counters(struct sampler *p, struct sample *out)
{
	struct counters c = { 0, 0 };
	int rc = 0;

	for (int d = 0; !rc && d < DIRECTION_COUNT; d++)
		for (int v = 0; !rc && v < VERDICT_COUNT; v++)
			for (int r = 0; !rc && r < REASON_COUNT; r++) {
				tally_id_t id = tally_of((enum direction)d, (enum verdict)v, (enum reason)r);

				rc = fw_tally_sum(p->s->maps.fw_tally, id, &c);
				add_verdict(out, (enum direction)d, (enum verdict)v, (enum reason)r, moved(&p->tally[id.raw], c));
			}
	for (int l = 0; !rc && l < LOSS_COUNT; l++) {
		rc = fw_losses_sum(p->s->maps.fw_losses, (loss_id_t){ (__u32)l }, &c);
		out->lost[l] = (double)moved(&p->losses[l], c).packets / out->seconds;
	}
	return rc;
}

static struct counters moved_defaults(struct sampler *p, const struct counters *now)
{
	struct counters in = moved(&p->counts[DIRECTION_IN], now[DIRECTION_IN]);
	struct counters out = moved(&p->counts[DIRECTION_OUT], now[DIRECTION_OUT]);

	return (struct counters){ in.packets + out.packets, in.bytes + out.bytes };
}

static struct counters moved_rule(struct sampler *p, const struct counters *now, __u32 rule)
{
	return moved(&p->counts[RULE_SLOT_FIRST + rule], now[RULE_SLOT_FIRST + rule]);
}

/* The busiest rules; both defaults are one. `now` is what they have counted, by rule_slot_t. */
static void look_at_rules(struct sampler *p, const struct counters *now, enum top_sort sort, struct sample *out)
{
	heap_init(&p->rule_heap, TOP_MAX);
	for (__u32 i = 0; i <= p->live.info.rules; i++) {
		struct counters d = i ? moved_rule(p, now, i - 1) : moved_defaults(p, now);

		if (d.packets)
			heap_offer(&p->rule_heap, sort == TOP_PACKETS ? d.packets : d.bytes, i, d.packets, d.bytes);
	}
	heap_sort(&p->rule_heap);
	for (size_t i = 0; i < p->rule_heap.n; i++)
		p->top_rules[i] = (struct top_rule){ p->rule_heap.v[i].what,
						     rate_of(p->rule_heap.v[i].packets, p->rule_heap.v[i].bytes, out->seconds) };
	out->rules = p->top_rules;
	out->nrules = p->rule_heap.n;
}

/* --- flows ---------------------------------------------------------------------------------------- */

static __u64 sort_value(enum top_sort sort, const struct flow *f, __u64 packets, __u64 bytes, ticks_t now)
{
	switch (sort) {
	case TOP_BITS:
		return bytes;
	case TOP_PACKETS:
		return packets;
	case TOP_TOTAL:
		return f->bytes[0] + f->bytes[1];
	case TOP_AGE:
		break;
	}
	return now.raw - f->first.raw + 1;
}

/* What an entry has more than at the last look; false where it has no flow. */
static bool moved_of(struct seen *seen, const struct flow_bucket *b, __u32 way, __u64 packets[2], __u64 bytes[2])
{
	const struct flow *f = &b->flow[way];
	bool same = seen->serial == b->head.serial[way];

	if (!b->head.tag[way])
		return false;
	for (int i = 0; i < 2; i++) {
		__u64 now_packets = f->packets[i], now_bytes = f->bytes[i];

		packets[i] = now_packets - (same ? seen->packets[i] : 0);
		bytes[i] = now_bytes - (same ? seen->bytes[i] : 0);
		seen->packets[i] = now_packets;
		seen->bytes[i] = now_bytes;
	}
	seen->serial = b->head.serial[way];
	return true;
}

/* One place of the table: its flow's rate, where that puts it, and its hosts. */
static void look_at_flow(struct sampler *p, enum top_sort sort, __u32 place, ticks_t now, struct sample *out)
{
	const struct flow_bucket *b = &p->table.at[place / WAYS];
	const struct flow *f = &b->flow[place % WAYS];
	__u64 packets[2], bytes[2], more, more_bytes;
	struct flow_ends e;

	if (!moved_of(&p->seen[place], b, place % WAYS, packets, bytes))
		return;
	more = packets[0] + packets[1];
	more_bytes = bytes[0] + bytes[1];
	out->active += more != 0;
	if (!flow_table_over(&p->table, f, now) && !flow_is_stopped(f))
		*(f->bits & FLOW_CONFIRMED ? &out->fill.confirmed : &out->fill.unconfirmed) += 1;
	else if (!more)
		return;
	if ((!more && (sort == TOP_BITS || sort == TOP_PACKETS)) || !flow_filter_has(&p->filter, f))
		return;
	heap_offer(&p->flow_heap, sort_value(sort, f, more, more_bytes, now), place, more, more_bytes);
	if (!more)
		return;
	flow_ends_of(f, &e);
	hosts_add(&p->hosts, (enum family)f->key.family, &e.src, packets, bytes);
	hosts_add(&p->hosts, (enum family)f->key.family, &e.dst, (const __u64[2]){ packets[1], packets[0] },
		  (const __u64[2]){ bytes[1], bytes[0] });
}

static void look_at_table(struct sampler *p, enum top_sort sort, struct sample *out)
{
	ticks_t now = clock_ticks_now(&p->table.clock);

	heap_init(&p->flow_heap, TOP_MAX);
	hosts_clear(&p->hosts);
	for (__u32 place = 0; place < p->table.buckets * WAYS; place++)
		look_at_flow(p, sort, place, now, out);
	heap_sort(&p->flow_heap);
	out->flows = p->flows;
	for (size_t i = 0; i < p->flow_heap.n; i++) {
		const struct heap_item *h = &p->flow_heap.v[i];
		struct top_flow *t = &p->flows[out->nflows];
		__u16 serial;

		t->rate = rate_of(h->packets, h->bytes, out->seconds);
		out->nflows += flow_table_get(&p->table.at[h->what / WAYS], h->what % WAYS, &t->flow, &serial) &&
			       serial == p->seen[h->what].serial;
	}
	out->hosts = p->top_hosts;
	out->nhosts = hosts_top(&p->hosts, sort == TOP_PACKETS, out->seconds, p->top_hosts, TOP_MAX);
}

/* --- looks ---------------------------------------------------------------------------------------- */

/* The one of the last look, its counters complete then as they are now. */
static bool is_the_same(const struct sampler *p, const struct live_ruleset *live)
{
	return p->counts && live->info.id == p->live.info.id && live->info.carried == p->live.info.carried;
}

/* The live ruleset, read anew where it is another; its rules begin to count from now on. *counts is the caller's. */
static int look_at_ruleset(struct sampler *p, struct counters **counts, char **err)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	size_t n;
	struct ruleset rules;
	int rc = live_open_counted(p->s, &live, counts, err);

	if (rc || is_the_same(p, &live))
		return rc;
	rc = live_parse(&live, &rules, err);
	if (rc)
		return rc;
	ruleset_free(&p->rules);
	live_close(&p->live);
	p->live = live;
	live = live_none();
	p->rules = rules;
	flow_filter_renew(&p->filter);
	n = p->live.info.rules + RULE_SLOT_FIRST;
	free(p->counts);
	p->counts = (struct counters *)xcalloc(n, sizeof(*p->counts));
	memcpy(p->counts, *counts, n * sizeof(*p->counts));
	return flow_table_timeouts(p->s, &p->table, err);
}

int sampler_look(struct sampler *p, enum top_sort sort, struct sample *out, char **err)
{
	_cleanup_free_ struct counters *counts = NULL;
	__u64 now = clock_monotonic_ns();
	int rc;

	*out = (struct sample){ .seconds = (double)(now - p->at_ns) / 1e9, .capacity = (__u64)p->s->cfg.buckets * WAYS };
	if (out->seconds < 1e-3)
		out->seconds = 1e-3;
	p->at_ns = now;
	rc = look_at_ruleset(p, &counts, err);
	if (rc)
		return rc;
	flow_context_live(&p->context, &p->table.clock, &p->rules);
	rc = look_at_counters(p, out);
	if (rc)
		return FAIL(err, rc, "counters: %s", strerror(-rc));
	look_at_rules(p, counts, sort, out);
	look_at_table(p, sort, out);
	return 0;
}

int sampler_open(const struct state *s, struct sampler **out, char **err)
{
	struct sampler *p = (struct sampler *)xcalloc(1, sizeof(*p));
	struct sample nothing;
	int rc = flow_table_open(s, &p->table, err);

	p->s = s;
	p->live = live_none();
	p->filter = (struct flow_filter){ .s = s, .live = &p->live, .rs = &p->rules };
	p->seen = (struct seen *)xcalloc((size_t)s->cfg.buckets * WAYS, sizeof(*p->seen));
	rc = rc ?: sampler_look(p, TOP_BITS, &nothing, err);
	if (rc)
		sampler_close(p);
	else
		*out = p;
	return rc;
}

void sampler_close(struct sampler *p)
{
	if (!p)
		return;
	flow_filter_clear(&p->filter);
	ruleset_free(&p->rules);
	live_close(&p->live);
	hosts_free(&p->hosts);
	flow_table_close(&p->table);
	free(p->counts);
	free(p->seen);
	free(p);
}

const struct ruleset *sampler_rules(const struct sampler *p) { return &p->rules; }
const struct ruleset_info *sampler_ruleset(const struct sampler *p) { return &p->live.info; }
const struct flow_context *sampler_context(const struct sampler *p) { return &p->context; }
struct flow_filter *sampler_filter(struct sampler *p) { return &p->filter; }
