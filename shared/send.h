/* SPDX-License-Identifier: GPL-2.0 */
/* Sending events to their readers (event.h). Included by policy.h, which has the maps and the configuration. */
#ifndef FW_SEND_H
#define FW_SEND_H

static __always_inline void event_count(enum event kind, enum event_fate fate, __u64 packets, __u64 bytes)
{
	fw_event_counts_add(event_count_of(kind, fate), packets, bytes);
}

static __always_inline __u32 event_size(__u32 kind)
{
	return kind == EVENT_LOG || kind == EVENT_DROP ? sizeof(struct packet_event) : sizeof(struct flow_event);
}

static __always_inline void miss(struct reader *r, const union event_any *e)
{
	__sync_fetch_and_add(&r->lost, 1);
	if (e->head.kind == EVENT_FLOW_END) {
		__sync_fetch_and_add(&r->lost_packets, e->flow.flow.packets[0] + e->flow.flow.packets[1]);
		__sync_fetch_and_add(&r->lost_bytes, e->flow.flow.bytes[0] + e->flow.flow.bytes[1]);
	}
}

enum { SEND_GOT = 1, SEND_MISSED = 2 };

/*
 * The event in scratch memory to the reader of slot i: SEND_*, or 0 where that one does not want it. A global function, so that the
 * verifier does not follow what each reader does with each other's.
 */
__attribute__((noinline)) int event_send_to(__u32 i, __u32 kind)
{
	struct scratch *s = fw_scratch_mine();
	struct watch *w = fw_watch_at();
	struct reader *r;

	if (!s || i >= READERS_MAX)
		return 0;
	r = &w->reader[i];
	if (!(r->wants & 1u << (kind % EVENT_COUNT)))
		return 0;
	if ((__s64)(r->until.raw - s->event.head.now.raw) >= 0 &&
	    !fw_rings_send((reader_id_t){ i }, &s->event, event_size(kind), r->flags & READER_QUIET ? BPF_RB_NO_WAKEUP : 0)) {
		__sync_fetch_and_add(&r->sent, 1);
		return SEND_GOT;
	}
	miss(r, &s->event); /* also where it has not been there for a while: when it comes back, it sees what it missed */
	return SEND_MISSED;
}

/*
 * The event in this CPU's scratch memory goes to each reader that wants it, and is counted: `packets` and `bytes` are what it is
 * about. A global function: events are rare.
 */
__attribute__((noinline)) int event_send(__u32 kind, __u64 packets, __u64 bytes)
{
	struct scratch *s = fw_scratch_mine();
	__u32 sent = 0;

	if (!s || kind >= EVENT_COUNT)
		return -1;
	s->event.head.kind = (__u16)kind;
	s->event.head.size = (__u16)event_size(kind);
	s->event.head.zero = 0;
	s->event.head.time_ns = fw_cfg.replay ? s->event.head.now.raw : bpf_ktime_get_ns();
	for (__u32 i = 0; i < READERS_MAX; i++)
		sent |= (__u32)event_send_to(i, kind);
	event_count((enum event)kind, sent & SEND_MISSED ? FATE_LOST : sent & SEND_GOT ? FATE_SENT : FATE_UNREAD, packets, bytes);
	return 0;
}

/* Has the rule's `log every N` its turn? The first of each N packets, counted over all CPUs; GSO may bring more than one. */
static __always_inline bool log_is_due(rule_id_t rule, __u32 segments)
{
	struct log_seen *seen = fw_log_seen_at(rule);
	__u64 before, every;

	if (!seen || seen->every <= 1)
		return true;
	every = seen->every;
	before = __sync_fetch_and_add(&seen->packets, segments);
	return (before + every - 1) / every * every < before + segments;
}

/* As what readers are to be told of the packet: EVENT_LOG or EVENT_DROP, or -1: not at all. A log that nobody wants is counted. */
static __always_inline int packet_told_as(const struct packet *p, const struct outcome *o)
{
	if (o->log && log_is_due(o->rule, p->segments)) {
		if (event_wanted(EVENT_LOG))
			return EVENT_LOG;
		event_count(EVENT_LOG, FATE_UNREAD, p->segments, p->bytes);
	}
	return o->verdict != VERDICT_PASS && event_wanted(EVENT_DROP) ? EVENT_DROP : -1;
}

/* What of the event does not stem from the frame. */
static __always_inline void event_packet(struct packet_event *e, const struct packet *p, const struct outcome *o, struct place at,
					 ticks_t now)
{
	e->head.now = now;
	e->rule = o->rule;
	e->ruleset = (generation_t){ settings()->ruleset.raw };
	e->segments = p->segments;
	e->bytes = p->bytes;
	e->verdict = o->verdict;
	e->reason = o->reason;
	e->direction = at.direction;
	e->iface = at.iface;
	e->decided_by = o->direction;
}

/* An entry and its place to scratch memory, from where event_send() takes it. */
static __always_inline bool event_flow(const struct flow *f, __u32 place, __u16 serial, enum flow_end end, ticks_t now)
{
	struct scratch *s = fw_scratch_mine();
	struct flow_event *e;

	if (!s)
		return false;
	e = &s->event.flow;
	e->head.now = now;
	e->place = place;
	e->serial = serial;
	e->end = (__u8)end;
	e->zero = 0;
	e->flow = *f;
	return true;
}

/* The flow end that is in scratch memory. */
static __always_inline void send_ended(void)
{
	const struct scratch *s = fw_scratch_mine();

	if (s)
		event_send(EVENT_FLOW_END, 1, s->event.flow.flow.bytes[0] + s->event.flow.flow.bytes[1]);
}

#endif
