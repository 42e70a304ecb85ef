// SPDX-License-Identifier: GPL-2.0
/* XDP adapter, ingress: context to packet, verdict to XDP_*. */
#include "../shared/hook.h"

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

__attribute__((noinline)) int tell_xdp(struct xdp_md *ctx, __u32 link, __u32 where, const struct outcome *o)
{
	struct frame_info f = { .link = (__u8)link, .wire_length = frame_length(ctx) };

	return tell_frame((void *)(long)ctx->data, (void *)(long)ctx->data_end, &f, where, o);
}

static __always_inline enum verdict judge_and_tell(struct xdp_md *ctx, struct subject *s, struct iface_slot iface)
{
	struct outcome o = {};
	enum verdict v = judge_parsed(s, DIRECTION_IN, iface, &o);

	if (is_told(&o))
		tell_xdp(ctx, iface.link, (__u32)DIRECTION_IN | (__u32)iface.id.raw << 8, &o);
	return v;
}

SEC("xdp")
int fw_xdp(struct xdp_md *ctx)
{
	struct iface_slot iface = find_iface(ctx->ingress_ifindex);
	/* Of the linear part alone: a datagram that goes on behind it takes the long way. */
	struct frame_info linear = { .link = iface.link, .wire_length = ctx->data_end - ctx->data };
	struct subject *s;
	int off;

	if (pass_usual((void *)(long)ctx->data, (void *)(long)ctx->data_end, linear, DIRECTION_IN, iface))
		return XDP_PASS;
	s = subject_at_hand();
	if (!s)
		return XDP_DROP;
	off = parse_xdp(ctx, iface.link, s);
	if (off < 0)
		return XDP_DROP;
	if (packet_is_error(&s->packet))
		parse_quote_xdp(ctx, (__u32)off, s);
	switch (judge_and_tell(ctx, s, iface)) {
	case VERDICT_PASS:
		return XDP_PASS;
	case VERDICT_DROP:
	case VERDICT_REJECT:
		break;
	}
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
