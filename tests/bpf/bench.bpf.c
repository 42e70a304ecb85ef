// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark measures against: programs that do nothing; and two that give each packet of a TEST_RUN another header before
 * it goes on, another source port (so that it belongs to another flow) or the next one of a list.
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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BENCH_HEADERS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct bench_header);
} bench_headers SEC(".maps");

__u32 bench_header_count, bench_header_next;
__u32 bench_header_times, bench_header_again; /* each header so many times; so far */

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
	__u32 ports;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end)
		return;
	ports = *PORTS_AT(p);
	*PORTS_AT(p) = (ports & 0xffff0000) | (__u16)(ports + 1);
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

static __always_inline void next_header(struct xdp_md *ctx)
{
	struct bench_packet *p = (void *)(long)ctx->data;
	__u32 at = bench_header_next;
	const struct bench_header *h = bpf_map_lookup_elem(&bench_headers, &at);

	if (!h || (void *)(p + 1) > (void *)(long)ctx->data_end)
		return;
	*TTL_AT(p) = h->ttl_protocol;
	*ADDRS_AT(p) = h->addrs;
	*PORTS_AT(p) = h->ports;
	if (++bench_header_again < bench_header_times)
		return;
	bench_header_again = 0;
	bench_header_next = at + 1 < bench_header_count ? at + 1 : 0;
}

SEC("xdp")
int bench_trace(struct xdp_md *ctx)
{
	next_header(ctx);
	bpf_tail_call(ctx, &bench_next, BENCH_SLOT_RULES);
	return XDP_ABORTED;
}

SEC("xdp")
int bench_trace_empty(struct xdp_md *ctx)
{
	next_header(ctx);
	bpf_tail_call(ctx, &bench_next, BENCH_SLOT_EMPTY);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
