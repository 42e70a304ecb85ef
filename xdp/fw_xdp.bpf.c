// SPDX-License-Identifier: GPL-2.0
/* XDP adapter, ingress: context to packet, verdict to XDP_*. */
#include "../shared/hook.h"

PROGRAMS(fw_programs_xdp)

/* Bytes of the frame, fragments beyond the linear part included. */
static __always_inline __u32 frame_length(struct xdp_md *ctx)
{
	if (fw_cfg.frags)
		return (__u32)bpf_xdp_get_buff_len(ctx);
	return ctx->data_end - ctx->data;
}

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

static __always_inline enum verdict judge_and_tell(struct xdp_md *ctx, struct subject *s, judged_t fresh, struct iface_slot iface)
{
	struct outcome o = {};
	enum verdict v = judge_read(s, fresh, DIRECTION_IN, iface, &o);

	if (is_told(&o))
		tell_xdp(ctx, iface.link, (__u32)DIRECTION_IN | (__u32)iface.id.raw << 8, &o);
	return v;
}

/* The packet into memory, and what it quotes where it is an ICMP error. */
static __always_inline bool read_packet(struct xdp_md *ctx, __u32 link, bool usual, struct subject *s)
{
	int off;

	if (usual)
		return !parse_xdp_usual(ctx, link, s);
	off = parse_xdp(ctx, link, s);
	if (off < 0)
		return false;
	if (packet_is_error(&s->packet))
		parse_quote_xdp(ctx, (__u32)off, s);
	return true;
}

SEC("xdp")
int fw_xdp_long(struct xdp_md *ctx)
{
	const struct scratch *scratch = fw_scratch_mine();
	struct subject *s = subject_at_hand();

	if (scratch && s) {
		const struct handover h = scratch->handover;

		if (read_packet(ctx, h.iface.link, h.usual, s))
			return h.asked ? answer(s, DIRECTION_IN, h.iface) : act_on(judge_and_tell(ctx, s, h.judged, h.iface));
	}
	count_fault(DIRECTION_IN, frame_length(ctx));
	return XDP_DROP;
}

SEC("xdp")
int fw_xdp(struct xdp_md *ctx)
{
	struct iface_slot iface = find_iface(ctx->ingress_ifindex);
	/* Of the linear part alone: a datagram that goes on behind it takes the long way. */
	struct frame_info linear = { .link = iface.link, .wire_length = ctx->data_end - ctx->data };
	struct short_end end = short_way((void *)(long)ctx->data, (void *)(long)ctx->data_end, linear, DIRECTION_IN, iface);

	if (end.way == SHORT_DECIDED)
		return act_on(end.verdict);
	go_long_way(ctx, &fw_programs_xdp, end, DIRECTION_IN, iface);
	count_no_program(DIRECTION_IN, frame_length(ctx));
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
