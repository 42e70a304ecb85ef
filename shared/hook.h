/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the adapters share beside the policy: time, the interface a packet is on, and replay, where
 * all three come from user space.
 */
#ifndef FW_HOOK_H
#define FW_HOOK_H

#include "parse.h"
#include "policy.h"

static __always_inline ticks_t ticks_now(void) { return (ticks_t){ bpf_jiffies64() }; }

/* The attached interface of this index; one that is not known is Ethernet without a name. */
static __always_inline struct iface_slot find_iface(__u32 ifindex)
{
	struct iface_slot none = { .link = LINK_ETHER };

	if (fw_cfg.replay)
		return none;
	for (__u32 i = 0; i < IFACE_PROBES; i++) {
		const struct iface_slot *s = fw_ifaces_at((ifindex + i) % IFACE_SLOTS);

		if (s && s->ifindex == ifindex)
			return *s;
	}
	return none;
}

/* Parses into *s what lies between data and end; a replay says how much of it counts. */
static __always_inline void parse_frame(const void *data, const void *end, struct frame_info *f, bool strips_vlan,
					struct subject *s)
{
	struct cursor c = { .start = data, .end = end, .limit = ~0u };

	if (fw_cfg.replay) {
		const struct replay_input *in = fw_replay_at(0);

		if (in) {
			c.limit = in->captured;
			f->wire_length = in->wire_length;
			f->link = in->link;
			f->vlan_present = 0;
			f->gso_segments = 0;
		}
	}
	packet_parse(&c, f, &s->packet);
	if (strips_vlan) { /* on TC: as XDP sees the interface's packets */
		s->packet.vlan = s->packet.inner_vlan;
		s->packet.inner_vlan = 0;
	}
	subject_find(s, fw_cfg.hash_key);
}

/* Judges the parsed packet where it is, counts it, and in a replay reports. */
static __always_inline enum verdict judge_parsed(const struct subject *s, enum direction d, struct iface_slot iface)
{
	struct place at = { .direction = (__u8)d, .iface = iface.id };
	struct outcome o = {};
	ticks_t now;

	if (fw_cfg.replay) {
		const struct replay_input *in = fw_replay_at(0);

		if (!in)
			return VERDICT_DROP;
		now = in->now;
		at.iface = in->iface;
	} else {
		now = ticks_now();
	}
	decide(s, at, now, &o);
	count(&s->packet, at, &o);
	if (fw_cfg.replay) {
		struct replay_result *r = fw_result_at(0);

		if (r) {
			r->outcome = o;
			r->packet = s->packet;
		}
	}
	return (enum verdict)o.verdict;
}

#endif
