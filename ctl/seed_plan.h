/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of the sockets becomes flows, and how: who began a connection, how far it is, and under which VLAN tags the
 * programs will see its packets. No system calls: seed.c asks the kernel and enters the flows.
 */
#ifndef FW_SEED_PLAN_H
#define FW_SEED_PLAN_H

#include "../shared/seed.h"
#include "iface.h"
#include "sockets.h"

/*
 * Was the connection begun by the other end? It was when its local port is that of a socket that listens (for UDP: that is
 * not connected) on its address or on any. Where a listener has gone since, and where both or neither can be, the
 * connection counts as ours.
 */
bool socket_by_peer(const struct socket_list *all, const struct socket_info *s);

/*
 * The flow of a connected socket; false for a socket that has none. Of `first` is filled what is known of every first
 * packet (addresses, ports, protocol; SYN for TCP), and the usual for the rest: ttl 64, no payload. Tags and interface
 * are left to the caller.
 */
bool seed_of_socket(const struct socket_info *s, bool by_peer, struct seed *out);

/* The interfaces of the namespace, and what of them programs are attached to. */
enum seed_role { SEED_UNATTACHED, SEED_ATTACHED, SEED_FRESH }; /* fresh: is being attached */
struct seed_iface {
	struct iface ifc;
	enum seed_role role;
	bool strips_vlan;
};
struct seed_ifaces {
	const struct seed_iface *v;
	size_t n;
};

/* An interface that sees a connection's packets for the first time (NULL: not known), and the tags that they have there. */
struct seed_view {
	const struct seed_iface *at;
	__u16 vlan, inner_vlan;
};
enum { SEED_VIEWS_MAX = 8 };

/*
 * Where packets that the kernel routes over interface `device` pass fresh interfaces: that one, the ports of a bridge or
 * bond, the device below a VLAN. Each combination of tags once, and none that an attached interface sees already. When no
 * attached or fresh one is on the way, the device itself, untagged: packets may come another way than they go; but nothing for
 * loopback, which has no other. Returns how many.
 */
size_t seed_views(const struct seed_ifaces *all, unsigned int device, struct seed_view out[SEED_VIEWS_MAX]);

#endif
