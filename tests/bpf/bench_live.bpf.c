// SPDX-License-Identifier: GPL-2.0
/* Live traffic for the benchmark: a generator, run by TEST_RUN with live frames, and the XDP program that only drops. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../bench_packet.h"

__u32 live_ifindex;         /* where packets go out */
__u32 live_sent, live_last; /* so far; the one before which the clock is read again */
__u64 live_from, live_until;

/*
 * Each packet has another source port than the one before: a flow of its own. The clock is read here, since a run with live frames takes
 * some 20 ms to set up and to take down.
 */
SEC("xdp")
int bench_generate(struct xdp_md *ctx)
{
	struct bench_packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	if (live_sent == 0)
		live_from = bpf_ktime_get_ns();
	if (live_sent == live_last)
		live_until = bpf_ktime_get_ns();
	*PORTS_AT(p) = (*PORTS_AT(p) & 0xffff0000) | (__u16)live_sent++;
	return (int)bpf_redirect(live_ifindex, 0);
}

SEC("xdp")
int bench_drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
