// SPDX-License-Identifier: GPL-2.0
/* What is attached to a NIC's TC hooks: goes on to the live ruleset. */
#include <linux/pkt_cls.h>
#include "../shared/root.h"

PROGRAMS(fw_programs_out)
PROGRAMS(fw_programs_in)

SEC("tc")
int fw_tc_root_out(struct __sk_buff *ctx)
{
	go_on(ctx, &fw_programs_out);
	count_no_program(DIRECTION_OUT, ctx->len);
	return TC_ACT_SHOT;
}

SEC("tc")
int fw_tc_root_in(struct __sk_buff *ctx)
{
	go_on(ctx, &fw_programs_in);
	count_no_program(DIRECTION_IN, ctx->len);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
