/* SPDX-License-Identifier: GPL-2.0 */
/* Sending events to their readers (event.h). Included by policy.h, which has the maps and the configuration. */
#ifndef FW_SEND_H
#define FW_SEND_H

/* Does any reader want this kind? Asked before an event is made. */
static __always_inline bool event_wanted(enum event kind)
{
	const struct watch *w = fw_watch_at();

	return w && w->wants & 1u << kind;
}

static __always_inline void event_count(enum event kind, enum event_fate fate, __u64 packets, __u64 bytes)
{
	fw_event_counts_add(event_count_of(kind, fate), packets, bytes);
}

/* Whether the reader got it. One that is gone is not tried, nor is what it misses a loss to it that anyone will see. */
static __always_inline bool send_to(__u32 i, struct reader *r, const union event_any *e, __u32 size)
{
	__u64 flags = r->flags & READER_QUIET ? BPF_RB_NO_WAKEUP : 0;

	if (fw_rings_send((reader_id_t){ i }, e, size, flags)) {
		__sync_fetch_and_add(&r->lost, 1);
		return false;
	}
	__sync_fetch_and_add(&r->sent, 1);
	return true;
}

/*
 * The event in this CPU's scratch memory goes to each reader that wants it, and is counted: `packets` and `bytes` are what it is
 * about. A global function: events are rare.
 */
__attribute__((noinline)) int event_send(__u32 kind, __u64 packets, __u64 bytes)
{
	struct scratch *s = fw_scratch_mine();
	struct watch *w = fw_watch_at();
	__u32 there = 0, got = 0, size;

	if (!s || !w || kind >= EVENT_COUNT)
		return -1;
	size = kind == EVENT_LOG || kind == EVENT_DROP ? sizeof(struct packet_event) : sizeof(struct flow_event);
	s->event.head.kind = (__u16)kind;
	s->event.head.size = (__u16)size;
	s->event.head.zero = 0;
	for (__u32 i = 0; i < READERS_MAX; i++) {
		struct reader *r = &w->reader[i];

		if (!(r->wants & 1u << kind))
			continue;
		if ((__s64)(r->until.raw - s->event.head.now.raw) < 0) { /* should it come back, it will see what it missed */
			__sync_fetch_and_add(&r->lost, 1);
			continue;
		}
		there++;
		got += send_to(i, r, &s->event, size);
	}
	event_count((enum event)kind, !there ? FATE_UNREAD : got == there ? FATE_SENT : FATE_LOST, packets, bytes);
	return 0;
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
