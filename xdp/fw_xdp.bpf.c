// SPDX-License-Identifier: GPL-2.0
/* XDP adapter, ingress: context to packet, verdict to XDP_*. */
#include "../shared/hook.h"
#include "frame.h"

PROGRAMS(fw_programs_xdp)

__attribute__((noinline)) int parse_xdp(struct xdp_md *ctx, __u32 link, struct subject *s)
{
	struct frame_info f = { .link = (__u8)link, .wire_length = frame_length(ctx) };

	if (!s)
		return -1;
	return parse_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, false, s);
}

__attribute__((noinline)) int parse_quote_xdp(struct xdp_md *ctx, __u32 off, struct subject *s)
{
	return s ? parse_quoted((void *)(long)ctx->data, (void *)(long)ctx->data_end, off, s) : -1;
}

/* The packet that the short way read and did not pass: into memory. It reads the bytes again, since registers cannot hold it all. */
__attribute__((noinline)) int parse_xdp_usual(struct xdp_md *ctx, __u32 link, struct subject *s)
{
	struct frame_info f = { .link = (__u8)link, .wire_length = ctx->data_end - ctx->data };

	return s && parse_usual_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, s) ? 0 : -1;
}

static __always_inline int act_on(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return XDP_PASS;
	case VERDICT_DROP:
	case VERDICT_REJECT:
		break;
	}
	return XDP_DROP;
}

__attribute__((noinline)) int tell_xdp(struct xdp_md *ctx, __u32 link, __u32 where, const struct outcome *o)
{
	struct frame_info f = { .link = (__u8)link, .wire_length = frame_length(ctx) };

	return tell_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, where, o);
}

/* The packet into memory, and what it quotes where it is an ICMP error. */
static __always_inline bool read_packet(struct xdp_md *ctx, __u32 link, bool usual, struct subject *s)
{
	int off;

	if (usual && !parse_xdp_usual(ctx, link, s))
		return true;
	off = parse_xdp(ctx, link, s);
	if (off < 0)
		return false;
	if (packet_is_error(&s->packet))
		parse_quote_xdp(ctx, (__u32)off, s);
	return true;
}

static __always_inline int tell_and_act(struct xdp_md *ctx, struct iface_slot iface, const struct outcome *o)
{
	if (is_told(o))
		tell_xdp(ctx, iface.link, (__u32)DIRECTION_IN | (__u32)iface.id.raw << 8, o);
	return act_on((enum verdict)o->verdict);
}

SEC("xdp")
int fw_xdp_long(struct xdp_md *ctx)
{
	struct scratch *s = fw_scratch_mine();
	struct outcome o = {};

	if (s && (is_read(s) || read_packet(ctx, s->handover.iface.slot.link, s->handover.usual, &s->subject))) {
		if (judge_read(s, DIRECTION_IN, &o))
			return tell_and_act(ctx, s->handover.iface.slot, &o);
		if (asks(s)) {
			bpf_tail_call(ctx, &fw_programs_xdp, program_judge(fw_cfg.slot));
			count_no_program(DIRECTION_IN, frame_length(ctx));
			return XDP_DROP;
		}
	}
	count_fault(DIRECTION_IN, frame_length(ctx));
	return XDP_DROP;
}

SEC("xdp")
int fw_xdp(struct xdp_md *ctx)
{
	volatile __u32 usual;
	const struct stand on = { .ctx = ctx, .programs = &fw_programs_xdp, .usual = &usual, .direction = DIRECTION_IN };
	/* XDP is on Ethernet alone (ctl/hook_xdp.c). Of the linear part: a datagram that goes on behind it takes the long way. */
	struct frame_info linear = { .link = LINK_ETHER, .wire_length = ctx->data_end - ctx->data };

	if (short_way(&on, (void *)(long)ctx->data, (void *)(long)ctx->data_end, linear))
		return XDP_PASS;
	go_long_way(&on);
	count_no_program(DIRECTION_IN, frame_length(ctx));
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
