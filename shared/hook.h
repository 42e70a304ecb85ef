/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the adapters share beside the policy: time, the interface a packet is on, and replay, where
 * all three come from user space.
 */
#ifndef FW_HOOK_H
#define FW_HOOK_H

#include "parse_quote.h"
#include "parse_snap.h"
#include "parse_usual.h"
#include "policy.h"
#include "fault.h"

/* Where the long way keeps the packet: the stack has no room for it. NULL never. */
static __always_inline struct subject *subject_at_hand(void)
{
	struct scratch *s = fw_scratch_mine();

	return s ? &s->subject : NULL;
}

/* The attached interface of this index; one that is not known is Ethernet without a name. */
static __always_inline struct iface_slot find_iface(__u32 ifindex)
{
	union iface_word found = { .slot = { .link = LINK_ETHER } };

	if (fw_cfg.replay)
		return found.slot;
	for (__u32 i = 0; i < IFACE_PROBES; i++) {
		const struct iface_slot *s = fw_ifaces_at((iface_place_t){ (ifindex + i) % IFACE_SLOTS });
		union iface_word at = { .word = *(const volatile __u64 *)(const void *)s };

		if (at.slot.ifindex == ifindex) {
			found = at;
			break;
		}
	}
	return found.slot;
}

/* A cursor over what lies between data and end; a replay says how much of it counts. */
static __always_inline struct cursor frame_cursor(bool replay, const void *data, const void *end, struct frame_info *f)
{
	struct cursor c = { .start = data, .end = end, .limit = ~0u };

	if (replay) {
		const struct replay_input *in = fw_replay_at();

		if (in) {
			c.limit = in->captured;
			f->wire_length = in->wire_length;
			f->link = in->link;
			f->vlan_present = 0;
			f->gso_size = 0;
		}
	}
	return c;
}

/* Parses into *s a usual packet (packet_parse_usual) that lies between data and end; false where it is none. */
static __always_inline bool parse_usual_frame(const void *data, const void *end, struct frame_info *f, struct subject *s)
{
	struct cursor c = frame_cursor(fw_cfg.replay, data, end, f);
	bool usual = false;

	switch (family_usual(c, f)) {
	case FAMILY_INET:
		usual = packet_parse_usual(&c, f, FAMILY_INET, &s->packet);
		break;
	case FAMILY_INET6:
		usual = packet_parse_usual(&c, f, FAMILY_INET6, &s->packet);
		break;
	}
	if (!usual)
		return false;
	subject_find(s, hash_key());
	s->quoted = 0;
	return true;
}

/* Parses into *s what lies between data and end. Returns how many bytes of headers that are. */
static __always_inline int parse_frame(const void *data, const void *end, struct frame_info *f, bool strips_vlan,
				       struct subject *s)
{
	struct cursor c = frame_cursor(fw_cfg.replay, data, end, f);

	packet_parse(&c, f, &s->packet);
	if (strips_vlan) { /* on TC: as XDP sees the interface's packets */
		s->packet.vlan = s->packet.inner_vlan;
		s->packet.inner_vlan = 0;
	}
	subject_find(s, hash_key());
	s->quoted = 0;
	return (int)c.off;
}

/* What the ICMP error *s quotes, `off` bytes behind data; to scratch memory. */
static __always_inline int parse_quoted(const void *data, const void *end, __u32 off, struct subject *s)
{
	struct frame_info f = { .link = LINK_ETHER };
	struct cursor c = frame_cursor(fw_cfg.replay, data, end, &f);
	struct scratch *scratch = fw_scratch_mine();

	if (!scratch)
		return -1;
	c.off = off & CURSOR_OFF_MASK;
	packet_parse_quote(&c, &s->packet, &scratch->quote.packet);
	s->quoted = scratch->quote.packet.status == STATUS_OK;
	return scratch->quote.packet.status;
}

/* Where the packet is judged, and when, if that is wanted: it takes a helper's call. */
static __always_inline bool circumstances(bool replay, bool timed, enum direction d, struct iface_slot iface, struct place *at,
					  ticks_t *now)
{
	const struct replay_input *in;

	at->direction = (__u8)d;
	at->iface = iface.id;
	if (!replay) {
		now->raw = timed ? ticks_now().raw : 0;
		return true;
	}
	in = fw_replay_at();
	if (!in)
		return false;
	*now = in->now;
	at->iface = in->iface;
	return true;
}

/* To who replays: what was made of the packet. */
static __always_inline void report(const struct packet *p, const struct outcome *o)
{
	struct replay_result *r = fw_result_at();

	if (!r)
		return;
	r->outcome = *o;
	r->packet = *p;
	__builtin_memset(&r->quote, 0, sizeof(r->quote));
}

static __always_inline void report_quote(const struct subject *s)
{
	struct replay_result *r = fw_result_at();
	struct scratch *scratch = fw_scratch_mine();

	if (r && scratch && s->quoted)
		r->quote = scratch->quote.packet;
}

/*
 * Where the short way is on, to go on from: the program's context, the programs of its hook, the interface. Most packets have no need to
 * know the latter; where it was needed to read them it is there already.
 */
struct stand {
	void *ctx, *programs;
	volatile __u32 *usual; /* the packet may be a usual one. In memory: else the compiler sets it anew at each way out */
	enum direction direction;
	bool found;              /* else the context is that of XDP */
	struct iface_slot iface; /* where `found` */
};

static __always_inline struct iface_slot stand_iface(const struct stand *on)
{
	return on->found ? on->iface : find_iface(((const struct xdp_md *)on->ctx)->ingress_ifindex);
}

/*
 * The long way and the ruleset's program are programs of their own: each has a stack of its own, and the short one need not keep
 * anything. What that came to know is in scratch memory, which is the CPU's as long as bottom halves are off.
 */
static __always_inline void hand_over(struct scratch *s, enum direction d, struct iface_slot iface, bool usual, ticks_t now,
				      __u32 segments, __u32 bytes)
{
	s->handover = (struct handover){
		.iface = { .slot = iface }, .now = now, .segments = segments, .bytes = bytes, .direction = (__u8)d, .usual = usual
	};
	s->questions.wanted = s->questions.given = s->questions.rounds = s->questions.zero_too = 0;
}

static __always_inline void go_long_way(const struct stand *on)
{
	struct scratch *s = fw_scratch_mine();

	if (!s)
		return;
	hand_over(s, on->direction, stand_iface(on), *on->usual, (ticks_t){ 0 }, 0, 0);
	bpf_tail_call(on->ctx, on->programs, program_long(fw_cfg.slot));
}

/*
 * A usual packet whose flow the table has not: to the rules, with what they are asked and what it is counted with. Returns where they have
 * to see the packet itself, which is in registers here.
 */
static __always_inline void go_to_rules(bool replay, const struct stand *on, const struct packet *p, struct place at, ticks_t now)
{
	struct scratch *s = fw_scratch_mine();
	struct iface_slot iface = stand_iface(on);

	if (!s || settings()->sets)
		return;
	query_of(p, on->direction, replay ? at.iface : iface.id, &s->query);
	hand_over(s, on->direction, iface, true, now, p->segments, p->bytes);
	bpf_tail_call(on->ctx, on->programs, program_judge(fw_cfg.slot));
}

/* The short way as far as the packet is usual and `family` its family; *s is its working memory. */
static __always_inline bool pass_family(bool replay, bool stateful, const struct stand *on, enum family family, struct cursor c,
					const struct frame_info *f, struct place at, ticks_t now, struct subject *s)
{
	const struct packet *p = &s->packet;
	enum usual usual = USUAL_ABSENT;
	struct outcome o;

	if (!packet_parse_usual(&c, f, family, &s->packet))
		return false;
	*on->usual = true;
	if (stateful) {
		const bool if_bound = settings()->if_bound;

		if (if_bound && !replay)
			at.iface = stand_iface(on).id;
		subject_find(s, hash_key());
		usual = decide_usual(replay, if_bound, s, at, now, &o);
	}
	if (usual == USUAL_ABSENT)
		go_to_rules(replay, on, p, at, now);
	if (usual != USUAL_PASSED)
		return false;
	if (replay)
		report(p, &o);
	return true;
}

static __always_inline bool short_way_as(bool replay, bool stateful, const struct stand *on, const void *data, const void *end,
					 struct frame_info *f, struct subject *s)
{
	struct cursor c = frame_cursor(replay, data, end, f);
	struct place at;
	ticks_t now;

	if (!replay && f->wire_length == WIRE_LENGTH_UNKNOWN) /* only a capture cuts packets */
		__builtin_unreachable();
	if (!s || !circumstances(replay, stateful, on->direction, (struct iface_slot){ .zero = 0 }, &at, &now))
		return false;
	switch (family_usual(c, f)) {
	case FAMILY_INET:
		return pass_family(replay, stateful, on, FAMILY_INET, c, f, at, now, s);
	case FAMILY_INET6:
		return pass_family(replay, stateful, on, FAMILY_INET6, c, f, at, now, s);
	}
	return false;
}

/*
 * The short way of most packets: a usual packet of a flow that passes is accounted and counted here, and true. All is inlined once for
 * each family, and again for a replay and where no state is kept, so that the compiler sees constants and keeps the packet in registers.
 * It calls no function: where the processor must not predict returns, a call costs as much as two look-ups. Several times as fast as the
 * long way that all other packets take.
 */
static __always_inline bool short_way(const struct stand *on, const void *data, const void *end, struct frame_info f)
{
	struct subject s;

	*on->usual = false;
	if (fw_cfg.replay && settings()->kind != RULES_PER_PACKET) /* reports all of the packet, which registers cannot hold */
		return short_way_as(true, true, on, data, end, &f, subject_at_hand());
	switch ((enum rules_kind)settings()->kind) {
	case RULES_STATEFUL:
		return short_way_as(false, true, on, data, end, &f, &s);
	case RULES_STATELESS:
		return short_way_as(false, false, on, data, end, &f, &s);
	case RULES_PER_PACKET:
		break;
	}
	*on->usual = true;
	return false;
}

/* How often the rules may be asked about one packet: all that it needs at once, and again where other CPUs were quicker. */
enum { ROUNDS_MAX = 4 };

/* The rules are to be asked, and then the long way gone again. */
static __always_inline bool asks(const struct scratch *s) { return s->questions.wanted && s->questions.rounds < ROUNDS_MAX; }

/* The packet is in memory, from an earlier round. */
static __always_inline bool is_read(const struct scratch *s) { return s->questions.rounds; }

/*
 * Judges the packet that was read, where it is, counts it, and in a replay reports. False where the rules have to be asked first:
 * nothing has come of it.
 */
static __always_inline bool judge_read(struct scratch *s, enum direction d, struct outcome *o)
{
	struct subject *subject = &s->subject;
	struct place at;
	ticks_t now;

	if (!circumstances(fw_cfg.replay, true, d, s->handover.iface.slot, &at, &now))
		return false;
	if (is_read(s))
		now = s->questions.now;
	s->questions.now = now;
	s->handover.iface.slot.id = at.iface; /* where the rules are to be asked about it: a replay has its own */
	decide(subject, s->handover.judged, at, now, o);
	if (is_asking())
		return false;
	count(subject->packet.segments, subject->packet.bytes, at, o);
	if (o->verdict != VERDICT_PASS)
		drop_note(subject, o, (__u32)d | (__u32)at.iface.raw << 8, now.raw);
	if (fw_cfg.replay) {
		report(&subject->packet, o);
		report_quote(subject);
	}
	return true;
}

/*
 * Tells readers of the packet that lies between data and end and is judged: as a log, where its rule says so and has its turn, else as a
 * drop. `where` is its direction, and << 8 its interface. To be inlined in a global function of each adapter.
 */
static __always_inline int tell_frame(const void *data, const void *end, struct frame_info *f, __u32 where,
				      const struct outcome *o)
{
	struct iface_slot iface = { .id = { (__u8)(where >> 8) } };
	struct cursor c = frame_cursor(fw_cfg.replay, data, end, f);
	struct scratch *s = fw_scratch_mine();
	struct place at;
	ticks_t now;
	int kind;

	if (!s || !o || !circumstances(fw_cfg.replay, true, (enum direction)(where & 1), iface, &at, &now))
		return -1;
	kind = packet_told_as(&s->subject.packet, o);
	if (kind < 0)
		return 0;
	packet_snap(&c, f, &s->event.packet);
	event_packet(&s->event.packet, &s->subject.packet, o, at, now);
	return event_send((__u32)kind, s->subject.packet.segments, s->subject.packet.bytes);
}

#endif
