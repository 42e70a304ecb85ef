/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Headers as they lie on the wire, of bytes only, so that no compiler assumes an alignment
 * (NET_IP_ALIGN does not hold for XDP). Only parse.h reads through them.
 */
#ifndef FW_WIRE_H
#define FW_WIRE_H

#include "types.h"

typedef struct { __u8 b[2]; } wire16_t; /* big-endian */
typedef struct { __u8 b[4]; } wire32_t;

static __always_inline __u16 wire16(wire16_t w) { return (__u16)(w.b[0] << 8 | w.b[1]); }
static __always_inline __u32 wire32(wire32_t w)
{
	return (__u32)w.b[0] << 24 | (__u32)w.b[1] << 16 | (__u32)w.b[2] << 8 | w.b[3];
}
static __always_inline __be16 wire16_raw(wire16_t w)
{
	__be16 v;

	__builtin_memcpy(&v, w.b, sizeof(v));
	return v;
}
static __always_inline __be32 wire32_raw(wire32_t w)
{
	__be32 v;

	__builtin_memcpy(&v, w.b, sizeof(v));
	return v;
}

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_IPV6 = 0x86dd,
       ETHERTYPE_QINQ = 0x88a8 };

struct wire_ether { struct mac dst, src; wire16_t type; };               /* IEEE 802.3 */
struct wire_vlan { wire16_t tci, type; };                                /* IEEE 802.1Q */
struct wire_ipv4 {                                                       /* RFC 791 */
	__u8 version_ihl, tos;
	wire16_t total_length, id, fragment;
	__u8 ttl, proto;
	wire16_t checksum;
	wire32_t src, dst;
};
struct wire_ipv6 {                                                       /* RFC 8200 */
	__u8 version_class, class_flow;
	wire16_t flow, payload_length;
	__u8 next, hop_limit;
	__u8 src[16], dst[16];
};
struct wire_exthdr { __u8 next, len; wire16_t fragment; wire32_t id; };  /* first 8 bytes of any; RFC 8200, 4302 */
struct wire_ports { wire16_t src, dst; };
struct wire_tcp {                                                        /* RFC 9293 */
	struct wire_ports ports;
	wire32_t seq, ack;
	__u8 offset, flags;
	wire16_t window, checksum, urgent;
};
struct wire_udp { struct wire_ports ports; wire16_t length, checksum; }; /* RFC 768, 3828 */
struct wire_sctp { struct wire_ports ports; wire32_t tag, checksum; };   /* RFC 9260; DCCP's (RFC 4340) is at least as long */
struct wire_icmp { __u8 type, code; wire16_t checksum, id, seq; };       /* RFC 792, 4443 */

_Static_assert(sizeof(struct wire_ether) == 14 && sizeof(struct wire_ipv4) == 20 && sizeof(struct wire_ipv6) == 40 &&
	       sizeof(struct wire_exthdr) == 8 && sizeof(struct wire_tcp) == 20 && sizeof(struct wire_udp) == 8 &&
	       sizeof(struct wire_icmp) == 8, "wire layouts");

#endif
