/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Link types of captures (the LINKTYPE_ numbers of the tcpdump project) and how the packet parser gets their
 * packets: as Ethernet, as IP, or as EtherType and payload.
 */
#ifndef FW_LINKTYPE_H
#define FW_LINKTYPE_H

#include <stddef.h>
#include "../shared/types.h"
#include "capture.h"

/*
 * A captured packet for the parser. `data` has `captured` bytes, `original` would have been there without a
 * snap length; both count the header that replaces the capture's own. `data` points into the packet or into
 * `buf`, which the struct owns and uses again: zero-initialise once, frame_free at the end.
 */
struct frame {
	enum link link;
	const uint8_t *data;
	uint32_t captured, original;
	uint8_t *buf;
	size_t cap;
};

/*
 * 0, or -EPROTONOSUPPORT for a link type that is not known (linktype_error gives the words). A packet cut
 * inside the capture's own header becomes a LINK_COOKED of no bytes, which the parser calls truncated. What
 * is no EtherType (an unknown BSD family, netlink, 802.11) becomes EtherType 0, which is not IP. The frame is
 * valid as long as the packet.
 */
int link_frame(const struct capture_packet *p, struct frame *out);
void frame_free(struct frame *f);
#define _cleanup_frame_ __attribute__((cleanup(frame_free)))

/* NULL where link_frame knows the link type, else the error text, owned by the caller. */
char *linktype_error(int linktype);

#endif
