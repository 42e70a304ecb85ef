// SPDX-License-Identifier: GPL-2.0
/* What is attached to a NIC's ingress: goes on to the live ruleset. */
#include "../shared/root.h"

PROGRAMS(fw_programs_xdp)

SEC("xdp")
int fw_xdp_root(struct xdp_md *ctx)
{
	go_on(ctx, &fw_programs_xdp);
	count_no_program(DIRECTION_IN, ctx->data_end - ctx->data);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
