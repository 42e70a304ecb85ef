// SPDX-License-Identifier: GPL-2.0
/* TC adapter, egress, and ingress on devices without XDP: skb to packet, verdict to TC_ACT_*. */
#include <linux/pkt_cls.h>
#include "../shared/hook.h"

PROGRAMS(fw_programs_out)
PROGRAMS(fw_programs_in)

enum { HEADERS_USUAL = 160 }; /* Ethernet, two tags, IPv6, TCP with options */

static __always_inline struct frame_info describe(struct __sk_buff *ctx, __u32 link)
{
	return (struct frame_info){
		.link = (__u8)link,
		.wire_length = ctx->len,
		.vlan_present = ctx->vlan_present,
		.vlan_tci = (__u16)ctx->vlan_tci,
		.gso_segments = ctx->gso_segs,
		.gso_size = ctx->gso_size,
	};
}

__attribute__((noinline)) int parse_tc(struct __sk_buff *ctx, __u32 link, __u32 flags, struct subject *s)
{
	struct frame_info f = describe(ctx, link);

	if (!s)
		return -1;
	return parse_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, flags & IFACE_STRIPS_VLAN, s);
}

__attribute__((noinline)) int parse_quote_tc(struct __sk_buff *ctx, __u32 off, struct subject *s)
{
	return s ? parse_quoted((void *)(long)ctx->data, (void *)(long)ctx->data_end, off, s) : -1;
}

/* The packet that the short way read and did not pass: into memory. It reads the bytes again, since registers cannot hold it all. */
__attribute__((noinline)) int parse_tc_usual(struct __sk_buff *ctx, __u32 link, struct subject *s)
{
	struct frame_info f = describe(ctx, link);

	return s && parse_usual_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, s) ? 0 : -1;
}

/* The status: of the packet, or where that is an ICMP error of what it quotes. Negative on failure. */
static __always_inline int parse_once(struct __sk_buff *ctx, struct iface_slot iface, struct subject *s)
{
	int off = parse_tc(ctx, iface.link, iface.flags, s);

	if (off < 0)
		return off;
	return packet_is_error(&s->packet) ? parse_quote_tc(ctx, (__u32)off, s) : s->packet.status;
}

static __always_inline bool parse_pulled(struct __sk_buff *ctx, struct iface_slot iface, struct subject *s)
{
	int status = parse_once(ctx, iface, s);

	/* Headers that lie beyond the linear part: once more, with all of it linear. */
	if (status != STATUS_TRUNCATED || ctx->data_end - ctx->data >= ctx->len)
		return status >= 0;
	bpf_skb_pull_data(ctx, ctx->len);
	return parse_once(ctx, iface, s) >= 0;
}

__attribute__((noinline)) int tell_tc(struct __sk_buff *ctx, __u32 link, __u32 where, const struct outcome *o)
{
	struct frame_info f = describe(ctx, link);

	return tell_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, where, o);
}

static __always_inline int act_on(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return TC_ACT_UNSPEC; /* on to the next program, not past it */
	case VERDICT_DROP:
	case VERDICT_REJECT:
		break;
	}
	return TC_ACT_SHOT;
}

static __always_inline int tell_and_act(struct __sk_buff *ctx, enum direction d, struct iface_slot iface, const struct outcome *o)
{
	if (is_told(o))
		tell_tc(ctx, iface.link, (__u32)d | (__u32)iface.id.raw << 8, o);
	return act_on((enum verdict)o->verdict);
}

static __always_inline bool read_packet(struct __sk_buff *ctx, struct scratch *s)
{
	if (s->handover.usual && !parse_tc_usual(ctx, s->handover.iface.slot.link, &s->subject))
		return true;
	return parse_pulled(ctx, s->handover.iface.slot, &s->subject);
}

/* Of both directions. */
SEC("tc")
int fw_tc_long(struct __sk_buff *ctx)
{
	struct scratch *s = fw_scratch_mine();
	enum direction d = DIRECTION_OUT;
	struct outcome o = {};

	if (s) {
		d = (enum direction)(s->handover.direction & 1);
		if (is_read(s) || read_packet(ctx, s)) {
			if (judge_read(s, d, &o))
				return tell_and_act(ctx, d, s->handover.iface.slot, &o);
			if (asks(s)) {
				bpf_tail_call(ctx, &fw_programs_out, program_judge(fw_cfg.slot));
				count_no_program(d, ctx->len);
				return TC_ACT_SHOT;
			}
		}
	}
	count_fault(d, ctx->len);
	return TC_ACT_SHOT;
}

static __always_inline int filter(struct __sk_buff *ctx, void *programs, enum direction d)
{
	volatile __u32 usual;
	const struct stand on = {
		.ctx = ctx, .programs = programs, .usual = &usual, .direction = d, .found = true, .iface = find_iface(ctx->ifindex)
	};

	if (ctx->data_end - ctx->data < HEADERS_USUAL && ctx->data_end - ctx->data < ctx->len)
		bpf_skb_pull_data(ctx, ctx->len < HEADERS_USUAL ? ctx->len : HEADERS_USUAL);
	if (short_way(&on, (void *)(long)ctx->data, (void *)(long)ctx->data_end, describe(ctx, on.iface.link)))
		return act_on(VERDICT_PASS);
	go_long_way(&on);
	count_no_program(d, ctx->len);
	return TC_ACT_SHOT;
}

SEC("tc")
int fw_tc_out(struct __sk_buff *ctx) { return filter(ctx, &fw_programs_out, DIRECTION_OUT); }

SEC("tc")
int fw_tc_in(struct __sk_buff *ctx) { return filter(ctx, &fw_programs_in, DIRECTION_IN); }

char LICENSE[] SEC("license") = "GPL";
