/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FW_XDP_FRAME_H
#define FW_XDP_FRAME_H

#include "../shared/program.h"

/* Bytes of the frame, fragments beyond the linear part included. */
static __always_inline __u32 frame_length(struct xdp_md *ctx)
{
	if (fw_cfg.frags)
		return (__u32)bpf_xdp_get_buff_len(ctx);
	return ctx->data_end - ctx->data;
}

#endif
