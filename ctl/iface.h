/* SPDX-License-Identifier: GPL-2.0 */
/* Network interfaces of the present namespace, as rtnetlink and ethtool show them. */
#ifndef FW_IFACE_H
#define FW_IFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../shared/types.h"

struct iface {
	unsigned int index;
	char name[IFNAMSIZ];
	unsigned short type; /* ARPHRD_*, linux/if_arp.h */
	bool link_known;     /* `link` holds; else a type that fwctl cannot read (InfiniBand, ...) */
	enum link link;      /* LINK_ETHER or LINK_IP */
	bool up, loopback;
	uint32_t mtu;
	unsigned int master; /* ifindex of the bridge, bond or VRF that it is a port of; 0 none */
	unsigned int below;  /* of a VLAN device or macvlan: ifindex of the device that its frames go through; 0 none */
	bool tags;           /* a VLAN device: `vid` is the tag that its frames have there */
	uint16_t vid;
	bool veth; /* one of a veth pair */
	/* Programs attached to XDP, by kernel id, 0 where none. Native and generic exclude each other. */
	uint32_t xdp_native, xdp_generic, xdp_offload;
	/* What the kernel has counted on it, by enum direction; only of iface_get(), and 0 where the kernel does not say. */
	uint64_t packets[DIRECTION_COUNT], bytes[DIRECTION_COUNT];
};

/* By name, or by index where name is NULL. Returns 0, -ENODEV or another negative errno, with *err. */
int iface_get(const char *name, unsigned int index, struct iface *out, char **err);

/* All interfaces, by index. *v is owned by the caller. */
int iface_list(struct iface **v, size_t *n, char **err);

/* Name of the interface that has the address; `out` stays as it is where none has. */
void iface_of_address(enum family family, const addr_t *a, char out[IFNAMSIZ]);

/* Whether the NIC takes VLAN tags off before XDP sees the packet (rxvlan); false where it does not say. */
bool iface_strips_vlan(const struct iface *ifc);

#endif
