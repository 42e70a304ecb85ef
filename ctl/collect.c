/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "clock.h"
#include "collect.h"
#include "journal.h"
#include "timeouts.h"

#define SECOND_NS 1000000000ull
enum {
	POLLS_A_TICK = 64,
	LAST_WORDS_NS = 20000000
}; /* programs that are about to send as they are told to stop have done so by then */

static void flush(struct collector *c)
{
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k])
			c->sinks[k]->ops->flush(c->sinks[k]);
	journal_clear(c->env.st);
}

static void say_ended(struct collector *c)
{
	if (c->said_ended || !rulewatch_ended(c->rules))
		return;
	c->said_ended = true;
	c->env.say(c->env.arg,
		   "export: the process that reads the rules has ended: records under rules that it has not read have no "
		   "ruleset and no labels (start export again)");
}

static void look_at_rules(struct collector *c, __u64 now)
{
	bool had = c->env.rules, changed;

	if (!c->rules)
		return;
	changed = rulewatch_look(c->rules, now);
	say_ended(c);
	c->env.rules = rulewatch_live(c->rules);
	if (!c->env.rules || (had && !changed))
		return;
	timeouts_fill(&c->env.rules->rules.options, c->context.clock.tick_ns, &c->sweep.table.settings);
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k])
			c->sinks[k]->ops->rules(c->sinks[k]);
}

/* The interface of a direction where the maker's packets were first seen; 0 where they were not. */
static __u32 ifindex_of(const struct collector *c, const struct flow *f, enum direction d)
{
	return judged_given(flow_judged(f, d)) ? c->ifindex[f->iface[d].raw] : 0;
}

/* Those under which the record's flow was judged. */
static void find_rules(struct collector *c, struct flow_record *r, generation_t g)
{
	const struct known_rules *k;

	if (g.raw > rulewatch_newest(c->rules))
		look_at_rules(c, c->now); /* they have changed since the tick began */
	k = rulewatch_of(c->rules, g);
	c->context.rules = k ? &k->rules : NULL;
	r->ruleset = k ? k->id : 0;
}

static void emit(void *arg, struct flow_record *r, ticks_t since)
{
	struct collector *c = (struct collector *)arg;
	enum direction d = flow_ruling_of(&r->flow).direction;

	r->first_ns = flow_time(&c->context, r->flow.first);
	r->last_ns = flow_time(&c->context, r->flow.last);
	r->since_ns = flow_time(&c->context, since);
	if (r->since_ns > r->last_ns)
		r->since_ns = r->last_ns;
	for (int i = 0; i < DIRECTION_COUNT; i++)
		r->ifindex[i] = ifindex_of(c, &r->flow, (enum direction)i);
	if (c->rules)
		find_rules(c, r, r->flow.ruling[d].generation);
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k])
			c->sinks[k]->ops->add(c->sinks[k], r, &c->context);
	if (journal_full(c->env.st))
		flush(c);
}

void collect_init(struct collector *c)
{
	c->env.st = c->sweep.st;
	c->sweep.emit = emit;
	c->sweep.arg = c;
}

/* --- a tick --------------------------------------------------------------------------------------- */

/* Not all the time: it takes some readings. */
static void look_at_clock(struct collector *c, __u64 now)
{
	if (!c->clock || now < c->clock_at)
		return;
	c->clock_at = now + SECOND_NS;
	c->context.clock.real_minus_monotonic_ns = clock_kept_difference(c->clock);
}

static void look_at_ifaces(struct collector *c)
{
	for (__u32 i = 0; c->ifaces && i < IFACE_SLOTS; i++)
		if (c->ifaces[i].ifindex)
			c->ifindex[c->ifaces[i].id.raw] = c->ifaces[i].ifindex;
}

/* What the kernel could not tell us of, less what we had told of it before. */
static void count_unseen(struct collector *c)
{
	struct export_state *st = c->env.st;
	struct counters lost = events_lost_flows(c->events);
	struct export_tally missed = st->missed;

	st->unseen = st->unseen_before;
	st->unseen.records += events_lost(c->events);
	st->unseen.packets += lost.packets > missed.packets ? lost.packets - missed.packets : 0;
	st->unseen.bytes += lost.bytes > missed.bytes ? lost.bytes - missed.bytes : 0;
}

static int on_event(void *arg, const union event_any *e)
{
	struct collector *c = (struct collector *)arg;

	if (e->head.kind == EVENT_FLOW_END)
		sweep_end(&c->sweep, &e->flow);
	return 0;
}

static int read_events(struct collector *c)
{
	int n = 1;

	for (int i = 0; c->events && n > 0 && i < POLLS_A_TICK; i++)
		n = events_poll(c->events, 0, on_event, c);
	if (c->events)
		count_unseen(c);
	return n < 0 && n != -EINTR ? n : 0;
}

int collect_tick(struct collector *c, ticks_t now, __u64 monotonic_ns)
{
	__u32 slice = (__u32)((__u64)c->sweep.table.buckets * COLLECT_TICK_MS / COLLECT_CYCLE_MS) + 1;
	int rc;

	c->now = monotonic_ns;
	look_at_clock(c, monotonic_ns);
	look_at_rules(c, monotonic_ns);
	look_at_ifaces(c);
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k])
			c->sinks[k]->ops->tick(c->sinks[k], monotonic_ns);
	rc = read_events(c);
	sweep_slice(&c->sweep, slice < c->sweep.table.buckets ? slice : c->sweep.table.buckets, now);
	flush(c);
	return rc;
}

void collect_reopen(struct collector *c)
{
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k])
			c->sinks[k]->ops->reopen(c->sinks[k]);
}

void collect_end(struct collector *c, ticks_t now)
{
	if (c->events) {
		events_stop(c->events); /* what ends from now on counts as unread, not as told to us */
		nanosleep(&(struct timespec){ .tv_nsec = LAST_WORDS_NS }, NULL);
	}
	c->env.ending = true;
	(void)read_events(c);
	sweep_last(&c->sweep, now);
	if (c->events) /* the last look may have given up ends that the kernel counts as lost too */
		count_unseen(c);
	flush(c);
	collect_close_sinks(c);
}

void collect_close_sinks(struct collector *c)
{
	for (int k = 0; k < SINK_COUNT; k++)
		if (c->sinks[k]) {
			c->sinks[k]->ops->close(c->sinks[k]);
			c->sinks[k] = NULL;
		}
}
