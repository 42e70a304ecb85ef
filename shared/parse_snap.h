/* SPDX-License-Identifier: GPL-2.0 */
/* A packet's first bytes as they are, for whoever is told of it (event.h). */
#ifndef FW_PARSE_SNAP_H
#define FW_PARSE_SNAP_H

#include "event.h"
#include "parse.h"

/* Fills what of the event stems from the frame: its bytes, as far as they are there and SNAP_BYTES go, its length, its tag. */
static __always_inline void packet_snap(struct cursor *c, const struct frame_info *f, struct packet_event *e)
{
	__u32 done = 0;

	__builtin_memset(e->data, 0, sizeof(e->data));
	FW_UNROLL
	for (__u32 i = 0; i < SNAP_BYTES / 8; i++) {
		const __u8 *from = (const __u8 *)cursor_bytes(c, 8);

		if (!from)
			break;
		__builtin_memcpy(e->data + done, from, 8);
		done += 8;
	}
	FW_UNROLL
	for (__u32 i = 0; i < 7; i++) { /* of the last 8, as many as there are */
		const __u8 *from = done < SNAP_BYTES ? (const __u8 *)cursor_bytes(c, 1) : NULL;

		if (!from)
			break;
		e->data[done++ & (SNAP_BYTES - 1)] = *from;
	}
	e->captured = (__u16)done;
	e->length = f->wire_length == WIRE_LENGTH_UNKNOWN ? done : f->wire_length;
	e->link = f->link;
	e->vlan_tci = f->vlan_tci;
	e->vlan_present = f->vlan_present;
	e->zero = 0;
}

#endif
