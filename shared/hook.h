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
	struct iface_slot none = { .link = LINK_ETHER };

	if (fw_cfg.replay)
		return none;
	for (__u32 i = 0; i < IFACE_PROBES; i++) {
		const struct iface_slot *s = fw_ifaces_at((iface_place_t){ (ifindex + i) % IFACE_SLOTS });

		if (s && s->ifindex == ifindex)
			return *s;
	}
	return none;
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

/* When and where the packet is judged. */
static __always_inline bool circumstances(bool replay, enum direction d, struct iface_slot iface, struct place *at,
					  ticks_t *now)
{
	const struct replay_input *in;

	at->direction = (__u8)d;
	at->iface = iface.id;
	if (!replay) {
		*now = ticks_now();
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

/* The short way as far as the packet is usual and `family` its family; *s is its working memory. */
static __always_inline bool pass_family(bool replay, enum family family, struct cursor c, const struct frame_info *f,
					struct place at, ticks_t now, struct subject *s)
{
	struct outcome o;

	if (!packet_parse_usual(&c, f, family, &s->packet))
		return false;
	subject_find(s, hash_key());
	if (!s->keyed || !decide_usual(s, at, now, &o))
		return false;
	count(&s->packet, at, &o);
	if (replay)
		report(&s->packet, &o);
	return true;
}

static __always_inline bool pass_usual_as(bool replay, const void *data, const void *end, struct frame_info *f,
					  enum direction d, struct iface_slot iface, struct subject *s)
{
	struct cursor c = frame_cursor(replay, data, end, f);
	struct place at;
	ticks_t now;

	if (!s || !circumstances(replay, d, iface, &at, &now))
		return false;
	switch (family_usual(c, f)) {
	case FAMILY_INET:
		return pass_family(replay, FAMILY_INET, c, f, at, now, s);
	case FAMILY_INET6:
		return pass_family(replay, FAMILY_INET6, c, f, at, now, s);
	}
	return false;
}

/*
 * The short way of most packets: true when the frame is a usual packet of a flow that passes; it is then accounted and counted.
 * All is inlined, once for each family and for a replay, so that the compiler sees constants and keeps the packet in registers;
 * the verifier deletes what is not used. Several times as fast as the long way that all other packets take.
 */
static __always_inline bool pass_usual(const void *data, const void *end, struct frame_info f, enum direction d,
				       struct iface_slot iface)
{
	struct subject s;

	if (fw_cfg.rules.image[IMAGE_PACKET].dims)
		return false; /* rules that look at every packet */
	if (fw_cfg.replay) /* reports all of the packet, which registers cannot hold */
		return pass_usual_as(true, data, end, &f, d, iface, subject_at_hand());
	return pass_usual_as(false, data, end, &f, d, iface, &s);
}

/* Judges the parsed packet where it is, counts it, and in a replay reports. */
static __always_inline enum verdict judge_parsed(struct subject *s, enum direction d, struct iface_slot iface,
						 struct outcome *o)
{
	struct place at;
	ticks_t now;

	if (!circumstances(fw_cfg.replay, d, iface, &at, &now))
		return VERDICT_DROP;
	decide(s, at, now, o);
	count(&s->packet, at, o);
	if (fw_cfg.replay) {
		report(&s->packet, o);
		report_quote(s);
	}
	return (enum verdict)o->verdict;
}

/* May someone have to be told of the packet? */
static __always_inline bool is_told(const struct outcome *o)
{
	return (fw_cfg.logs && o->log) || (o->verdict != VERDICT_PASS && event_wanted(EVENT_DROP));
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

	if (!s || !o || !circumstances(fw_cfg.replay, (enum direction)(where & 1), iface, &at, &now))
		return -1;
	kind = packet_told_as(&s->subject.packet, o);
	if (kind < 0)
		return 0;
	packet_snap(&c, f, &s->event.packet);
	event_packet(&s->event.packet, &s->subject.packet, o, at, now);
	return event_send((__u32)kind, s->subject.packet.segments, s->subject.packet.bytes);
}

#endif
