/* SPDX-License-Identifier: GPL-2.0 */
/* Where the kernel would send a packet: one question to its routing tables (RTM_GETROUTE, rtnetlink(7)). */
#ifndef FW_ROUTE_H
#define FW_ROUTE_H

#include "../shared/types.h"
#include "rtnl.h"

struct route_query {
	enum family family;
	addr_t src, dst;
	unsigned int ifindex; /* of the socket's device; 0 any */
	__u32 mark;
};

/* ifindex of the device that the packet leaves by (loopback for an address of this host), or a negative errno: no route. */
int route_device(struct rtnl *r, const struct route_query *q);

#endif
