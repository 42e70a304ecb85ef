// SPDX-License-Identifier: GPL-2.0
/* A ruleset's program on XDP. */
#include "../shared/judge.h"
#include "frame.h"

PROGRAMS(fw_programs_xdp)

SEC("xdp")
int fw_xdp_judge(struct xdp_md *ctx)
{
	struct scratch *s = fw_scratch_mine();
	enum verdict v = VERDICT_DROP;

	if (s && judge_handed(s, &v))
		return v == VERDICT_PASS ? XDP_PASS : XDP_DROP;
	bpf_tail_call(ctx, &fw_programs_xdp, program_long(fw_cfg.slot));
	count_no_program(DIRECTION_IN, frame_length(ctx));
	return XDP_DROP;
}

/* Run by user space, never attached: its "packet" is a struct trial. */
SEC("xdp")
int fw_xdp_trial(struct xdp_md *ctx) { return judge_trial((void *)(long)ctx->data, (void *)(long)ctx->data_end); }

char LICENSE[] SEC("license") = "GPL";
