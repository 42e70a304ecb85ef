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

static __always_inline ticks_t ticks_now(void) { return (ticks_t){ bpf_jiffies64() }; }

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
		union iface_word at = { .word = s ? *(const volatile __u64 *)(const void *)s : 0 };

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
			f->gso_segments = 0;
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
 * How far the short way came: the packet is decided and counted; it is a usual one that makes a flow, for which the rules have been
 * asked; a usual one that the long way must decide; or not a usual one.
 */
enum short_way { SHORT_DECIDED, SHORT_FRESH, SHORT_USUAL, SHORT_UNUSUAL };
struct short_end {
	enum short_way way;
	enum verdict verdict; /* SHORT_DECIDED */
	judged_t judged;      /* SHORT_FRESH */
};

/* A usual packet whose flow the table has not. What is asked of the rules is in scratch memory; NULL: it is none. */
struct stranger {
	struct scratch *scratch;
	__u32 segments, bytes;
};

/* The short way as far as the packet is usual and `family` its family; *s is its working memory. */
static __always_inline enum short_way pass_family(bool replay, bool stateful, enum family family, struct cursor c,
						  const struct frame_info *f, struct place at, ticks_t now, struct subject *s,
						  struct stranger *stranger)
{
	const struct packet *p = &s->packet;
	enum usual usual = USUAL_OTHER;
	struct outcome o;

	if (!packet_parse_usual(&c, f, family, &s->packet))
		return SHORT_UNUSUAL;
	if (stateful || replay)
		subject_find(s, hash_key());
	if (!fw_cfg.rules.image[IMAGE_PACKET].dims) /* else rules look at every packet */
		usual = stateful ? decide_usual(s, at, now, &o) : USUAL_ABSENT;
	if (usual == USUAL_ABSENT) {
		struct scratch *scratch = fw_scratch_mine();

		stranger->scratch = scratch;
		stranger->segments = p->segments;
		stranger->bytes = p->bytes;
		if (scratch)
			query_of(p, (enum direction)(at.direction & 1), at.iface, &scratch->query);
	}
	if (usual != USUAL_PASSED)
		return SHORT_USUAL;
	count(p->segments, p->bytes, at, &o);
	if (replay)
		report(p, &o);
	return SHORT_DECIDED;
}

/* May someone have to be told of the packet? */
static __always_inline bool is_told(const struct outcome *o)
{
	return (fw_cfg.logs && o->log) || (o->verdict != VERDICT_PASS && event_wanted(EVENT_DROP));
}

/* The rules on a stranger: where they drop it, or pass it without state, that is all. */
static __always_inline struct short_end judge_stranger(bool stateful, const struct stranger *stranger, struct place at,
						       ticks_t now)
{
	const enum direction d = (enum direction)(at.direction & 1);
	struct scratch *scratch = stranger->scratch;
	struct short_end end = { .way = SHORT_USUAL };
	struct outcome o = { .flow = NO_FLOW, .direction = at.direction };

	end.judged = judged_as(d, classify_image(IMAGE_FLOW, &scratch->query, NULL, &scratch->search));
	if (!judged_given(end.judged))
		return end;
	end.way = SHORT_FRESH;
	if (fw_cfg.replay || (judged_verdict(end.judged) == VERDICT_PASS && !judged_stateless(end.judged)))
		return end;
	give_judged(&o, end.judged);
	if (is_told(&o))
		return end;
	if (o.verdict != VERDICT_PASS) {
		if (dropped_has_turn(scratch, stateful ? now : ticks_now()))
			return end; /* to be listed */
		lose(LOSS_DROPPED_UNLISTED, stranger->segments, stranger->bytes);
	}
	count(stranger->segments, stranger->bytes, at, &o);
	return (struct short_end){ SHORT_DECIDED, (enum verdict)o.verdict, { 0 } };
}

static __always_inline struct short_end short_way_as(bool replay, bool stateful, const void *data, const void *end,
						     struct frame_info *f, enum direction d, struct iface_slot iface,
						     struct subject *s)
{
	struct cursor c = frame_cursor(replay, data, end, f);
	struct short_end result = { SHORT_UNUSUAL, VERDICT_PASS, { 0 } };
	struct stranger stranger = { .scratch = NULL };
	struct place at;
	ticks_t now;

	if (!s || !circumstances(replay, stateful, d, iface, &at, &now))
		return result;
	switch (family_usual(c, f)) {
	case FAMILY_INET:
		result.way = pass_family(replay, stateful, FAMILY_INET, c, f, at, now, s, &stranger);
		break;
	case FAMILY_INET6:
		result.way = pass_family(replay, stateful, FAMILY_INET6, c, f, at, now, s, &stranger);
		break;
	}
	if (stranger.scratch && !fw_cfg.sets)
		return judge_stranger(stateful, &stranger, at, now);
	return result;
}

/*
 * The short way of most packets: a usual packet of a flow that passes, or that the rules do not let make one, is accounted and
 * counted here. All is inlined once for each family, and again for a replay and where no state is kept, so that the compiler sees
 * constants and keeps the packet in registers; the verifier deletes what is not used. It calls no function: where the processor must not
 * predict returns, a call costs as much as two look-ups. Several times as fast as the long way that all other packets take.
 */
static __always_inline struct short_end short_way(const void *data, const void *end, struct frame_info f, enum direction d,
						  struct iface_slot iface)
{
	struct subject s;

	if (fw_cfg.replay) /* reports all of the packet, which registers cannot hold */
		return short_way_as(true, fw_cfg.stateful, data, end, &f, d, iface, subject_at_hand());
	if (!fw_cfg.stateful)
		return short_way_as(false, false, data, end, &f, d, iface, &s);
	return short_way_as(false, true, data, end, &f, d, iface, &s);
}

/*
 * The long way is a program of its own, to which the short one goes on: it has a stack of its own then, and the short one need not
 * keep anything. What that came to know is in scratch memory, which is the CPU's as long as bottom halves are off.
 */
static __always_inline void go_long_way(void *ctx, void *programs, struct short_end end, enum direction d,
					struct iface_slot iface)
{
	struct scratch *s = fw_scratch_mine();

	if (!s)
		return;
	s->handover = (struct handover){
		.judged = end.judged, .iface = iface, .direction = (__u8)d, .usual = end.way != SHORT_UNUSUAL
	};
	bpf_tail_call(ctx, programs, program_long(fw_cfg.slot));
}

/*
 * What is said of the packet that was read, for a self-test (ctl/selftest_run.c): by the rules a judged_t; where they do not see it,
 * `reason` << 8 | the verdict. No flow is looked for, nothing counted, nobody told.
 */
static __always_inline int answer(const struct subject *s, enum direction d, struct iface_slot iface)
{
	const struct place at = { .direction = (__u8)d, .iface = iface.id };
	struct outcome o = {};

	if (decide_by_status(&s->packet, at, &o))
		return o.reason << 8 | o.verdict;
	return (int)judge(&s->packet, (__u32)d, iface.id.raw);
}

/* Judges the packet that was read, where it is, counts it, and in a replay reports. */
static __always_inline enum verdict judge_read(struct subject *s, judged_t fresh, enum direction d, struct iface_slot iface,
					       struct outcome *o)
{
	struct place at;
	ticks_t now;

	if (!circumstances(fw_cfg.replay, true, d, iface, &at, &now))
		return VERDICT_DROP;
	decide(s, fresh, at, now, o);
	count(s->packet.segments, s->packet.bytes, at, o);
	if (o->verdict != VERDICT_PASS)
		drop_note(s, o, (__u32)d | (__u32)at.iface.raw << 8, now.raw);
	if (fw_cfg.replay) {
		report(&s->packet, o);
		report_quote(s);
	}
	return (enum verdict)o->verdict;
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
