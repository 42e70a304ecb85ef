/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all programs that judge packets share: their constants, the maps, what their slot's ruleset says beside its rules, and the
 * counters. The programs of a slot come in two kinds. Those of policy.h parse, keep flows and fragments, and tell; they are loaded with
 * the slot and outlast its rulesets. That of judge.h knows the rules and is a ruleset's own: small, so that an apply is quick.
 */
#ifndef FW_PROGRAM_H
#define FW_PROGRAM_H

#include "maps.bpf.h"
#include "query.h"

const volatile struct program_cfg fw_cfg = {};

FW_MAPS_COMMON(MAP)

/* Not by way of the volatile: each word is to be read where it is used. */
static __always_inline const __u32 *hash_key(void)
{
	const void *key = (const void *)fw_cfg.hash_key;

	asm("" : "+r"(key)); /* the compiler must not know what it points to */
	return (const __u32 *)key;
}

static __always_inline ticks_t ticks_now(void) { return (ticks_t){ bpf_jiffies64() }; }

/* Read where it is used: it is a constant address. */
static __always_inline const volatile struct settings *settings(void) { return fw_settings_at(); }

static __always_inline generation_t generation_now(void) { return (generation_t){ settings()->newest.raw }; }

/* Where and when a packet is judged. One word, so that it passes to a global function as an argument. */
struct place {
	__u8 direction; /* enum direction */
	iface_id_t iface;
};

static __always_inline void give(struct outcome *o, enum verdict v, enum reason r, rule_id_t rule)
{
	o->verdict = (__u8)v;
	o->reason = (__u8)r;
	o->rule = rule;
}

static __always_inline void give_judged(struct outcome *o, judged_t j)
{
	rule_id_t rule = judged_rule(j);

	if (!judged_given(j))
		give(o, VERDICT_DROP, REASON_FAULT, rule_none());
	else
		give(o, judged_verdict(j), rule_is_none(rule) ? REASON_DEFAULT : REASON_RULE, rule);
	if (judged_given(j))
		o->direction = (__u8)judged_direction(j);
	o->log = judged_logs(j);
}

static __always_inline void count(__u32 segments, __u32 bytes, struct place at, const struct outcome *o)
{
	enum reason reason = (enum reason)o->reason;

	fw_tally_add(tally_of((enum direction)(at.direction & 1), (enum verdict)o->verdict, reason), segments, bytes);
	if (reason == REASON_RULE || reason == REASON_DEFAULT || reason == REASON_STATE || reason == REASON_RELATED ||
	    reason == REASON_FRAGMENT)
		fw_counts_add(rule_slot_of((enum direction)(o->direction & 1), o->rule), segments, bytes);
}

/* The same of a packet that a flow's judgement passed: a rule or a default has said so. */
static __always_inline void count_passed(const struct packet *p, struct place at, enum reason reason, judged_t by)
{
	fw_tally_add(tally_of((enum direction)(at.direction & 1), VERDICT_PASS, reason), p->segments, p->bytes);
	fw_counts_add(rule_slot_judged(by), p->segments, p->bytes);
}

static __always_inline void lose(enum loss what, __u64 packets, __u64 bytes)
{
	fw_losses_add((loss_id_t){ (__u32)what }, packets, bytes);
}

/* Does any reader want this kind? Asked before an event is made. */
static __always_inline bool event_wanted(enum event kind)
{
	const volatile struct watch *w = fw_watch_at();

	return w->wants & 1u << kind;
}

/* May someone have to be told of the packet? */
static __always_inline bool is_told(const struct outcome *o)
{
	return o->log || (o->verdict != VERDICT_PASS && event_wanted(EVENT_DROP));
}

/* Dropped tuples (drops.h) are counted anew each tick of the clock. */
static __always_inline void dropped_tick(struct scratch *s, ticks_t now)
{
	if (s->dropped_tick.raw == now.raw)
		return;
	s->dropped_tick = now;
	s->dropped_new = s->dropped_listed = 0;
}

/* May one more packet that could be dropped at once go the long way in this tick, to be listed? */
static __always_inline bool dropped_has_turn(struct scratch *s, ticks_t now)
{
	dropped_tick(s, now);
	return s->dropped_listed++ < DROPPED_PER_TICK;
}

#endif
