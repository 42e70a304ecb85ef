/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A new flow's way into the table. Included by policy.h, which has the maps and the configuration.
 */
#ifndef FW_INSERT_H
#define FW_INSERT_H

/* All that an insert needs beside the packet. */
struct insertion {
	ticks_t now;
	judged_t judged;
	generation_t generation; /* that it is of */
	struct place place;
	__u8 zero[6];
};

/* The entry was the flow's before its packet was counted: where it has not been all along, that is told. */
static __always_inline void note_race(const struct flow_bucket *b, __u32 way, __u32 tag, const struct packet *p)
{
	if (!bucket_still_has(b, way, tag))
		lose(LOSS_RACED, p->segments, p->bytes);
}

/* bucket_lock() as a global function: its loop is verified once. */
__attribute__((noinline)) int lock_bucket(struct bucket_head *b) { return b && bucket_lock(b); }

/* bucket_find() likewise. */
__attribute__((noinline)) __u32 find_way(const struct flow_bucket *b, __u32 tag, const struct flow_key *k)
{
	return b && k ? bucket_find(b, tag, k) : WAYS;
}

/*
 * How gladly a way is given up: in order of these classes, within one the longest idle first. A flow that the rules stop (they have changed
 * since it was made) goes on only should they change again.
 */
enum way_class { WAY_KEPT, WAY_UNCONFIRMED, WAY_STOPPED, WAY_EXPIRED, WAY_FREE, WAY_SAME };
#define WAY_IDLE_BITS 48

static __always_inline bool judged_stops(judged_t j) { return judged_given(j) && judged_verdict(j) != VERDICT_PASS; }

__attribute__((noinline)) __u64 way_yield(const struct flow_bucket *b, __u32 way, const struct subject *s,
					  const struct insertion *in)
{
	enum way_class class = WAY_UNCONFIRMED;
	const struct flow *f;
	__u32 i = way % WAYS;
	__u64 idle;

	if (!b || !s || !in)
		return 0;
	if (!b->head.tag[i])
		return (__u64)WAY_FREE << WAY_IDLE_BITS;
	f = &b->flow[i];
	idle = in->now.raw - f->last.raw;
	if ((__s64)idle < 0 || idle >> WAY_IDLE_BITS)
		idle = 0;
	if (b->head.tag[i] == hash_tag(s->hash) && flow_key_equal(&f->key, &s->key))
		class = WAY_SAME;
	else if (flow_expired(f, in->now))
		class = WAY_EXPIRED;
	else if (judged_stops(flow_judged(f, DIRECTION_IN)) || judged_stops(flow_judged(f, DIRECTION_OUT)))
		class = WAY_STOPPED;
	else if (f->bits & FLOW_CONFIRMED)
		class = WAY_KEPT;
	return (__u64) class << WAY_IDLE_BITS | idle;
}

/* The first free way from `home` on, or WAYS. */
static __always_inline __u32 free_way(const struct flow_bucket *b, __u32 home)
{
	for (__u32 i = 0; i < WAYS; i++)
		if (!b->head.tag[(home + i) % WAYS])
			return (home + i) % WAYS;
	return WAYS;
}

/*
 * The way for a new flow: that of an ended flow of the same key, else the one given up most gladly, of equal ones the first
 * from its home on; WAYS for none.
 */
static __always_inline __u32 choose_way(const struct flow_bucket *b, const struct subject *s, const struct insertion *in)
{
	__u32 tag = hash_tag(s->hash), home = tag_home(tag);
	__u32 free = way_of_tag(b, tag) == WAYS ? free_way(b, home) : WAYS; /* without a look at the entries: most new flows */
	__u64 best = 0;

	if (free < WAYS)
		return free;
	for (__u32 i = 0; i < WAYS; i++) {
		__u64 yield = way_yield(b, home + i, s, in) << 3 | (WAYS - 1 - i);

		if (yield > best)
			best = yield;
	}
	return best >> (WAY_IDLE_BITS + 3) ? (home + WAYS - 1 - (__u32)best % WAYS) % WAYS : WAYS;
}

/* The entry of a packet's new flow. A global function, so that it is verified once and not for each way that leads here. */
__attribute__((noinline)) int fill_flow(struct flow *f, const struct subject *s, const struct insertion *in)
{
	enum flow_state state;
	const struct packet *p;
	bool b, reversed;
	int dir, d;

	if (!f || !s || !in)
		return -1;
	p = &s->packet;
	state = flow_first_state(p);
	/* A flow whose first packet is a SYN+ACK was initiated by its receiver. */
	reversed = p->proto == PROTO_TCP && state == FLOW_SYN_RECEIVED;
	dir = reversed;
	b = s->from == FLOW_SIDE_B;
	d = in->place.direction & 1;
	__builtin_memset(f, 0, sizeof(*f));
	f->key = s->key;
	f->packets[dir] = p->segments;
	f->bytes[dir] = p->bytes;
	f->tcp_flags[dir] = p->tcp_flags;
	f->first = f->last = in->now;
	f->ruling[d] = (ruling_t){ .judged = in->judged, .generation = in->generation };
	f->ruling[!d] = (ruling_t){ .generation = { (__u32)(s->hash >> 32) ^ (__u32)in->now.raw } };
	f->iface[d] = in->place.iface;
	f->state = (__u8)state;
	f->bits = (__u8)((b ? FLOW_MAKER_B : 0) | (b != reversed ? FLOW_INITIATOR_B : 0) | (d ? FLOW_MADE_OUT : 0));
	if (p->has & HAS_FLAGS)
		f->seq_end[dir] = packet_seq_end(p);
	f->key.made_flags = p->tcp_flags;
	f->key.made_ttl = p->ttl;
	f->key.made_dscp = (__u8)(p->dscp | (p->fragment == FRAGMENT_FIRST ? MADE_FRAGMENT : 0));
	f->key.made_length = (__u16)(p->length < 0xffff ? p->length : 0xffff);
	return 0;
}

/* Replay hands the flow that had to go to user space, so that a test lists every flow. */
static __always_inline void report_ended(const struct flow *f)
{
	struct replay_result *r = fw_cfg.replay ? fw_result_at() : NULL;

	if (r) {
		r->last = *f;
		r->ended = 1;
	}
}

static __always_inline __u32 place_of(__u32 bucket, __u32 way) { return bucket * WAYS + way; }

/* Tells readers, if there are any for this kind, of the flow that has the way. */
static __always_inline void flow_tell(const struct flow_bucket *b, __u32 way, __u32 bucket, enum event kind, ticks_t now)
{
	const struct flow *f = &b->flow[way % WAYS];

	if (event_wanted(kind) && event_flow(f, place_of(bucket, way), b->head.serial[way % WAYS], (enum flow_end)0, now))
		event_send(kind, 1, f->bytes[0] + f->bytes[1]);
}

/* The end of an entry that gives way. What is to be sent goes to scratch memory: true, and event_send() is to follow. */
static __always_inline bool end_flow(const struct flow_bucket *b, __u32 way, __u32 bucket, enum flow_end end, ticks_t now)
{
	const struct flow *f = &b->flow[way];

	if (end == FLOW_END_EVICTED)
		lose(LOSS_EVICTED, 1, f->bytes[0] + f->bytes[1]);
	report_ended(f);
	if (event_wanted(EVENT_FLOW_END))
		return event_flow(f, place_of(bucket, way), b->head.serial[way], end, now);
	event_count(EVENT_FLOW_END, FATE_UNREAD, 1, f->bytes[0] + f->bytes[1]);
	return false;
}

/* Beside the bucket: it may have an entry with this tag at `way` from now on. */
static __always_inline void hint_put(__u32 bucket, __u32 way, __u32 tag)
{
	struct flow_hint *h = fw_hints_at((bucket_id_t){ bucket });

	if (h)
		h->way[way % WAYS] = tag_hint(tag);
}

enum { PUT_JOINED, PUT_MADE, PUT_MADE_ENDED };

/*
 * Under the bucket's lock: the entry at `way` becomes the packet's flow, or takes the packet where another CPU just made it. Which
 * of these, and whether the end of the flow that had the entry is to be sent.
 */
static __always_inline int put_flow(struct flow_bucket *b, __u32 way, __u32 bucket, const struct subject *s,
				    const struct insertion *in)
{
	const struct packet *p = &s->packet;
	struct flow *f = &b->flow[way];
	int put = PUT_MADE;

	if (b->head.tag[way]) {
		bool same = flow_key_equal(&f->key, &s->key);

		if (same && !flow_expired(f, in->now) && !flow_is_over_for(f, p)) {
			flow_account(f, p, in->now.raw, account_how(f, (enum flow_side)s->from, in->place));
			return PUT_JOINED;
		}
		(void)__sync_lock_test_and_set(&b->head.tag[way], 0);
		if (end_flow(b, way, bucket,
			     flow_expired(f, in->now) ? FLOW_END_EXPIRED
			     : same                   ? FLOW_END_REPLACED
						      : FLOW_END_EVICTED,
			     in->now))
			put = PUT_MADE_ENDED;
	}
	b->head.serial[way]++;
	BARRIER_MEMORY(f); /* readers take the serial for that of what they read */
	if (fill_flow(f, s, in))
		return PUT_JOINED;
	hint_put(bucket, way, hash_tag(s->hash));
	(void)__sync_lock_test_and_set(&b->head.tag[way], hash_tag(s->hash));
	return put;
}

/* Makes the packet's flow. Its place in the table, or NO_FLOW when there is none to be had, which is counted. */
__attribute__((noinline)) __u32 flow_insert(const struct subject *s, const struct insertion *in)
{
	__u32 bucket, way;
	struct flow_bucket *b;
	int put = PUT_JOINED;

	if (!s || !in)
		return NO_FLOW;
	bucket = hash_bucket(s->hash, fw_cfg.buckets);
	b = fw_flows_at((bucket_id_t){ bucket });
	if (!b)
		return NO_FLOW;
	if (!lock_bucket(&b->head)) {
		lose(LOSS_CONTENDED, s->packet.segments, s->packet.bytes);
		return NO_FLOW;
	}
	way = choose_way(b, s, in);
	if (way < WAYS) {
		put = put_flow(b, way, bucket, s, in);
	} else {
		lose(LOSS_TABLE_FULL, s->packet.segments, s->packet.bytes);
	}
	bucket_unlock(&b->head);
	/* Behind the lock, which others wait for. */
	if (put == PUT_MADE_ENDED)
		send_ended();
	if (put != PUT_JOINED)
		flow_tell(b, way, bucket, EVENT_FLOW_START, in->now);
	return way < WAYS ? place_of(bucket, way) : NO_FLOW;
}

#endif
