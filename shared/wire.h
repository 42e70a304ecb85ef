/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Headers as they lie on the wire. Natively of bytes only, so that no compiler assumes an alignment. A BPF program
 * reads each field with one load (packets of XDP are not aligned for it either: the verifier allows it where the processor
 * does). Only parse.h reads through them.
 */
#ifndef FW_WIRE_H
#define FW_WIRE_H

#include "types.h"

#ifdef __bpf__
#define WIRE
#else
#define WIRE __attribute__((packed))
#endif
typedef struct {
	__be16 v;
} WIRE wire16_t; /* big-endian */
typedef struct {
	__be32 v;
} WIRE wire32_t;
typedef struct {
	__u64 q[2];
} WIRE wire128_t;

/* By address: what is passed by value, clang copies byte by byte. */
static __always_inline __be16 wire16_raw_at(const wire16_t *w) { return w->v; }
static __always_inline __be32 wire32_raw_at(const wire32_t *w) { return w->v; }
static __always_inline addr_t wire128_addr_at(const wire128_t *w) { return (addr_t){ .q = { w->q[0], w->q[1] } }; }
#define wire16_raw(w)   wire16_raw_at(&(w))
#define wire32_raw(w)   wire32_raw_at(&(w))
#define wire16(w)       __builtin_bswap16(wire16_raw(w))
#define wire32(w)       __builtin_bswap32(wire32_raw(w))
#define wire128_addr(w) wire128_addr_at(&(w))

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_QINQ = 0x88a8
};

struct wire_ether {
	struct mac dst, src;
	wire16_t type;
}; /* IEEE 802.3 */
struct wire_vlan {
	wire16_t tci, type;
};                 /* IEEE 802.1Q */
struct wire_ipv4 { /* RFC 791 */
	__u8 version_ihl, tos;
	wire16_t total_length, id, fragment;
	__u8 ttl, proto;
	wire16_t checksum;
	wire32_t src, dst;
};
struct wire_ipv6 { /* RFC 8200 */
	__u8 version_class, class_flow;
	wire16_t flow, payload_length;
	__u8 next, hop_limit;
	wire128_t src, dst;
};
struct wire_exthdr {
	__u8 next, len;
	wire16_t fragment;
	wire32_t id;
}; /* first 8 bytes of any; RFC 8200, 4302 */
struct wire_ports {
	wire16_t src, dst;
};
struct wire_tcp { /* RFC 9293 */
	struct wire_ports ports;
	wire32_t seq, ack;
	__u8 offset, flags;
	wire16_t window, checksum, urgent;
};
struct wire_udp {
	struct wire_ports ports;
	wire16_t length, checksum;
}; /* RFC 768, 3828 */
struct wire_sctp {
	struct wire_ports ports;
	wire32_t tag, checksum;
}; /* RFC 9260; DCCP's (RFC 4340) is at least as long */
struct wire_icmp {
	__u8 type, code;
	wire16_t checksum, id, seq;
}; /* RFC 792, 4443 */

_Static_assert(sizeof(struct wire_ether) == 14 && sizeof(struct wire_ipv4) == 20 && sizeof(struct wire_ipv6) == 40 &&
		       sizeof(struct wire_exthdr) == 8 && sizeof(struct wire_tcp) == 20 && sizeof(struct wire_udp) == 8 &&
		       sizeof(struct wire_icmp) == 8,
	       "wire layouts");

#endif
