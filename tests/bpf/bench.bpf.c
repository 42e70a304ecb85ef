// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark measures against: programs that do nothing, and one that gives each packet of a TEST_RUN another source
 * port before it goes on, so that it belongs to another flow.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "../bench_packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} bench_next SEC(".maps");

SEC("xdp")
int bench_empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("tc")
int bench_empty_tc(struct __sk_buff *ctx)
{
	(void)ctx;
	return TC_ACT_UNSPEC;
}

/* TEST_RUN hands the same buffer to every repetition, so that the packet is its own counter. */
static __always_inline void next_port(struct xdp_md *ctx)
{
	struct bench_packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) <= (void *)(long)ctx->data_end)
		p->udp.source++;
}

SEC("xdp")
int bench_vary(struct xdp_md *ctx)
{
	next_port(ctx);
	bpf_tail_call(ctx, &bench_next, BENCH_SLOT_RULES);
	return XDP_ABORTED;
}

SEC("xdp")
int bench_vary_empty(struct xdp_md *ctx)
{
	next_port(ctx);
	bpf_tail_call(ctx, &bench_next, BENCH_SLOT_EMPTY);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
