/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A new flow's way into the table. Included by policy.h, which has the maps and the configuration.
 */
#ifndef FW_INSERT_H
#define FW_INSERT_H

/* The word that this packet moves the flow's to: another state, and whether it is confirmed. */
static __always_inline __u32 flow_word_next(__u32 word, __u8 proto, __u8 tcp_flags, int dir, bool answers)
{
	const __u8 seen[2] = { (__u8)(word >> FLOW_WORD_FLAGS), (__u8)(word >> 2 * FLOW_WORD_FLAGS) };
	enum flow_state state = (enum flow_state)(word & 0xff), next;

	if (proto != PROTO_TCP)
		next = dir ? FLOW_REPLIED : state;
	else
		next = flow_tcp_next(state, tcp_flags, dir, seen, answers);
	/* Picked up mid-stream, a TCP flow is confirmed by its first reply. */
	if (next == FLOW_REPLIED || (next == FLOW_ESTABLISHED && (next != state || dir)))
		word |= (__u32)FLOW_CONFIRMED << FLOW_WORD_BITS;
	return (word & ~0xffu) | (__u32)next;
}

enum { WORD_TRIES = 4 };

/*
 * The flow's state after this packet, of whose flags `flags` are meant. dir 0 is from the initiator. A global function: most packets move
 * nothing and do not come here.
 */
__attribute__((noinline)) int flow_advance(struct flow *f, const struct packet *p, __u32 dir, __u32 flags)
{
	int to = (int)(dir & 1);
	__u8 proto, tcp_flags;
	bool answers;

	if (!f || !p)
		return -1;
	/* Read ahead of the loop: read in it, once more each time round, they lay its end ahead of its beginning (BPF_CFLAGS). */
	proto = p->proto;
	tcp_flags = (__u8)flags;
	answers = flow_is_answered(f, p, to);
	if (proto == PROTO_TCP && p->has & HAS_FLAGS) {
		if (tcp_flags & TCP_RST) {
			if (!flow_reset_is_meant(f, p, to))
				return 0;
		} else {
			flow_follow_seq(f, p, to);
		}
	}
	for (int i = 0; i < WORD_TRIES; i++) {
		__u32 word = *(const volatile __u32 *)flow_word(f), next = flow_word_next(word, proto, tcp_flags, to, answers);

		if (word == next || __sync_val_compare_and_swap(flow_word(f), word, next) == word)
			return 0;
	}
	return 0;
}

/* Most packets change nothing but counters: TCP amid an established connection, others once replied to. */
static __always_inline bool flow_is_steady(const struct flow *f, const struct packet *p, int dir)
{
	if (p->proto == PROTO_TCP)
		return f->state == FLOW_ESTABLISHED && !(p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
		       (!dir || f->bits & FLOW_CONFIRMED) && seq_in_line(p->tcp_seq, f->seq_end[dir]);
	return !dir || f->state == FLOW_REPLIED;
}

/* Counts a packet, and leaves all else as it is. */
static __always_inline void flow_count(struct flow *f, const struct packet *p, ticks_t now, int dir, bool counts)
{
	if (counts) {
		__sync_fetch_and_add(&f->packets[dir], p->segments);
		__sync_fetch_and_add(&f->bytes[dir], p->bytes);
	}
	f->last = now;
}

/* TCP: notes the flags, in whatever state. */
static __always_inline void flow_note_flags(struct flow *f, __u8 flags, int dir)
{
	if (flags & ~f->tcp_flags[dir])
		flow_set_flags(f, dir, flags);
}

/* TCP: a packet that is steady may go on from the newest byte. */
static __always_inline void flow_move_seq(struct flow *f, const struct packet *p, int dir)
{
	if ((__s32)(p->tcp_seq + p->payload - f->seq_end[dir]) > 0)
		f->seq_end[dir] = p->tcp_seq + p->payload;
}

enum { FLOW_REPLIES = FLOW_REPLIES_IN | FLOW_REPLIES_OUT };

/* The first reply is here: they are counted at this hook, unless another was quicker. */
__attribute__((noinline)) int flow_claim_replies(struct flow *f, __u32 here)
{
	for (int i = 0; f && i < WORD_TRIES; i++) {
		__u32 word = *(const volatile __u32 *)flow_word(f);

		if (word >> FLOW_WORD_BITS & FLOW_REPLIES ||
		    __sync_val_compare_and_swap(flow_word(f), word, word | here << FLOW_WORD_BITS) == word)
			break;
	}
	return 0;
}

/*
 * A packet that passes two hooks (forwarded, or on lo) is counted at one: where the flow was made, replies where one was first
 * seen. A replay gives each packet to one hook.
 */
static __always_inline bool flow_counts_here(struct flow *f, struct place at, bool from_maker)
{
	enum flow_bit here = at.direction & 1 ? FLOW_REPLIES_OUT : FLOW_REPLIES_IN;

	if (fw_cfg.replay)
		return true;
	if (from_maker)
		return (at.direction & 1) == !!(f->bits & FLOW_MADE_OUT);
	if (!(f->bits & FLOW_REPLIES))
		flow_claim_replies(f, here);
	return f->bits & here;
}

/* What flow_account() is told beside the packet. */
enum account_how { ACCOUNT_REPLY = 1, ACCOUNT_FROM_MAKER = 2, ACCOUNT_OUT = 4 };
static __always_inline __u32 account_how(const struct flow *f, enum flow_side from, struct place at)
{
	return (from != flow_initiator(f) ? ACCOUNT_REPLY : 0) | (from == flow_maker(f) ? ACCOUNT_FROM_MAKER : 0) |
	       (at.direction & 1 ? ACCOUNT_OUT : 0);
}

/* Counts a packet of the flow, and moves its state. `how` is of ACCOUNT_*. A global function: verified once, for all that lead here. */
__attribute__((noinline)) int flow_account(struct flow *f, const struct packet *p, __u64 now, __u32 how)
{
	const struct place at = { .direction = how & ACCOUNT_OUT ? DIRECTION_OUT : DIRECTION_IN };
	int dir = (int)(how & ACCOUNT_REPLY);
	__u8 flags;
	bool steady;

	if (!f || !p)
		return -1;
	flags = flow_flags_meant(f, p, dir);
	steady = flow_is_steady(f, p, dir);
	flow_count(f, p, (ticks_t){ now }, dir, flow_counts_here(f, at, how & ACCOUNT_FROM_MAKER));
	if (p->proto == PROTO_TCP)
		flow_note_flags(f, flags, dir);
	if (!steady)
		flow_advance(f, p, (__u32)dir, flags);
	else if (p->proto == PROTO_TCP)
		flow_move_seq(f, p, dir);
	return 0;
}

/* How long a flow of this state may be idle, in ticks. */
__attribute__((noinline)) __u64 idle_limit(__u32 proto, __u32 state)
{
	return settings()->timeout[flow_timeout((__u8)proto, (enum flow_state)state) % TIMEOUT_SLOTS];
}

static __always_inline bool idle_for_longer(const struct flow *f, ticks_t now, __u64 limit)
{
	__u64 idle = now.raw - f->last.raw;

	return (__s64)idle > 0 && idle > limit;
}

/* No longer there, though its entry is: nothing needs to sweep for correctness. */
static __always_inline bool flow_expired(const struct flow *f, ticks_t now)
{
	return flow_is_void(f) || idle_for_longer(f, now, idle_limit(f->key.proto, f->state));
}

/* The same of a flow that is steady for this usual packet: of its protocol's limits there is one, or one of two. */
static __always_inline bool flow_expired_usual(const struct flow *f, const struct packet *p, ticks_t now)
{
	const volatile struct settings *s = settings();
	__u64 limit = p->proto == PROTO_TCP      ? s->timeout[TIMEOUT_TCP_ESTABLISHED]
		      : p->proto != PROTO_UDP    ? s->timeout[TIMEOUT_OTHER]
		      : f->state == FLOW_REPLIED ? s->timeout[TIMEOUT_UDP_REPLIED]
						 : s->timeout[TIMEOUT_UDP_UNREPLIED];

	return flow_is_void(f) || idle_for_longer(f, now, limit);
}

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

/*
 * The way for a new flow: that of an ended flow of the same key, else the one given up most gladly, of equal ones the first
 * from its home on; WAYS for none.
 */
static __always_inline __u32 choose_way(const struct flow_bucket *b, const struct subject *s, const struct insertion *in)
{
	__u32 home = tag_home(hash_tag(s->hash));
	__u64 best = 0;

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
