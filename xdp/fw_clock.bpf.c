// SPDX-License-Identifier: GPL-2.0
/* Run once by user space when an instance is made: what the packet path's clock says, and the monotonic clock, at one time. */
#include "../shared/maps.bpf.h"

#define CLOCK_MAP(M) M(fw_clock, REPORT, __u32, struct clock_pair, 1)
CLOCK_MAP(MAP)

SEC("xdp")
int fw_read_clock(struct xdp_md *ctx)
{
	struct clock_pair *pair = fw_clock_at();

	(void)ctx;
	if (pair) {
		pair->ticks.raw = bpf_jiffies64();
		pair->monotonic_ns = bpf_ktime_get_ns();
	}
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
