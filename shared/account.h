/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet does to the flow that it belongs to: counters and state; and how long a flow may be idle. Included by policy.h, which has
 * the maps and the configuration.
 */
#ifndef FW_ACCOUNT_H
#define FW_ACCOUNT_H

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

#endif
