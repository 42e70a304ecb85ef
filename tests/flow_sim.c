/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "../ctl/timeouts.h"
#include "../ctl/util.h"
#include "flow_sim.h"

static void *lines(size_t n)
{
	void *p = aligned_alloc(64, n);

	if (!p)
		abort();
	return memset(p, 0, n);
}

void sim_init(struct sim *s, size_t room)
{
	memset(s, 0, sizeof(*s));
	s->flows = (struct flow_bucket *)lines(SIM_BUCKETS * sizeof(*s->flows));
	s->reported = (struct reported_bucket *)lines(SIM_BUCKETS * sizeof(*s->reported));
	s->st = (struct export_state *)xcalloc(1, sizeof(*s->st));
	s->now.raw = 1000;
	s->room = room;
}

void sim_free(struct sim *s)
{
	free(s->flows);
	free(s->reported);
	free(s->st);
}

void sim_collector(struct sim *s, struct collector *c)
{
	const struct options options = { .flows = 0 };

	memset(c, 0, sizeof(*c));
	c->context.clock = (struct clock_pair){ .ticks = { 1000 }, .monotonic_ns = 0, .tick_ns = SIM_TICK_NS };
	c->sweep = (struct sweep){ .reported = s->reported, .st = s->st };
	c->sweep.table = (struct flow_table){ .at = s->flows, .buckets = SIM_BUCKETS, .clock = c->context.clock };
	c->sweep.second = ticks_of(&c->context.clock, 1000);
	c->sweep.idle = COLLECT_IDLE_S * c->sweep.second;
	c->sweep.active = COLLECT_ACTIVE_S * c->sweep.second;
	timeouts_fill(&options, SIM_TICK_NS, &c->sweep.table.settings);
	collect_init(c);
}

static void push(struct sim *s, const struct flow_event *e)
{
	if (s->queued < s->room) {
		s->queue[s->queued++] = *e;
		return;
	}
	s->lost.records++;
	s->lost.packets += e->flow.packets[0] + e->flow.packets[1];
	s->lost.bytes += e->flow.bytes[0] + e->flow.bytes[1];
}

void sim_deliver_late(struct sim *s)
{
	if (s->has_late)
		push(s, &s->late);
	s->has_late = false;
}

static void end(struct sim *s, __u32 place, bool late)
{
	const struct flow *f = sim_flow(s, place);
	struct flow_event e = { .head = { .kind = EVENT_FLOW_END, .size = sizeof(e), .now = s->now },
				.place = place,
				.serial = sim_serial(s, place),
				.flow = *f };

	e.end = (__u8)(flow_has_ended(f) ? FLOW_END_REPLACED : FLOW_END_EVICTED);
	sim_deliver_late(s);
	if (late)
		s->late = e;
	else
		push(s, &e);
	s->has_late = late;
}

void sim_insert(struct sim *s, __u32 place, __u8 proto, bool late)
{
	struct bucket_head *h = &s->flows[place / WAYS].head;
	struct flow *f = sim_flow(s, place);

	if (h->tag[place % WAYS])
		end(s, place, late);
	h->tag[place % WAYS] = 0;
	h->serial[place % WAYS]++;
	memset(f, 0, sizeof(*f));
	f->key.family = FAMILY_INET;
	f->key.proto = proto;
	f->key.a.w[3] = htonl(0x0a000000 + place);
	f->key.b.w[3] = htonl(0xc0000201);
	f->key.a.w[2] = f->key.b.w[2] = htonl(0xffff);
	f->key.aport.raw = htons((__u16)(1024 + sim_serial(s, place)));
	f->key.bport.raw = htons(53);
	f->first = f->last = s->now;
	f->state = proto == PROTO_TCP ? FLOW_ESTABLISHED : FLOW_UNREPLIED;
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_PASS, rule_none(), false);
	h->tag[place % WAYS] = 2 * place + 1;
	sim_packet(s, place, 0, 40);
}

void sim_packet(struct sim *s, __u32 place, int dir, __u64 bytes)
{
	struct flow *f = sim_flow(s, place);

	if (!s->flows[place / WAYS].head.tag[place % WAYS])
		return;
	f->packets[dir]++;
	f->bytes[dir] += bytes;
	f->last = s->now;
	s->packets++;
	s->bytes += bytes;
	s->had[place][sim_serial(s, place) % SIM_SERIALS]++;
}

void sim_close(struct sim *s, __u32 place)
{
	struct flow *f = sim_flow(s, place);

	if (f->key.proto != PROTO_TCP)
		return;
	f->state = FLOW_CLOSED;
}
