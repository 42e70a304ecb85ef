// SPDX-License-Identifier: GPL-2.0
/* A ruleset's program on TC, for both directions. */
#include <linux/pkt_cls.h>
#include "../shared/judge.h"

PROGRAMS(fw_programs_out)

SEC("tc")
int fw_tc_judge(struct __sk_buff *ctx)
{
	struct scratch *s = fw_scratch_mine();
	enum verdict v = VERDICT_DROP;

	if (s && judge_handed(s, &v))
		return v == VERDICT_PASS ? TC_ACT_UNSPEC : TC_ACT_SHOT;
	bpf_tail_call(ctx, &fw_programs_out, program_long(fw_cfg.slot)); /* where the long way of both directions is */
	count_no_program(s ? (enum direction)(s->handover.direction & 1) : DIRECTION_OUT, ctx->len);
	return TC_ACT_SHOT;
}

/* Run by user space, never attached: its "packet" is a struct trial. */
SEC("tc")
int fw_tc_trial(struct __sk_buff *ctx) { return judge_trial((void *)(long)ctx->data, (void *)(long)ctx->data_end); }

char LICENSE[] SEC("license") = "GPL";
