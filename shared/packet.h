/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet as a value. Filled by parse.h, the only place that reads packet bytes; no packet
 * pointer escapes from there. Passed between BPF, user space and tests, compared byte by byte.
 */
#ifndef FW_PACKET_H
#define FW_PACKET_H

#include "types.h"

/* Protocol numbers that the walk and the rules treat by name (IANA "Protocol Numbers"). */
enum {
	PROTO_HOPOPTS = 0,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_ESP = 50,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_NONE = 59,
	PROTO_DSTOPTS = 60,
	PROTO_SCTP = 132,
	PROTO_UDPLITE = 136
};

/* TCP flag bits as in the header's byte 13, in the order of output F S R P A U E W. */
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_ECE = 64, TCP_CWR = 128 };

/* What the packet has beside its addresses. */
enum { HAS_PORTS = 1, HAS_ICMP = 2, HAS_FLAGS = 4, HAS_MAC = 8 };

/* In fragment_offset, beside the offset in bytes, a multiple of 8: more follow; a first one that ends inside of the headers. */
enum { FRAGMENT_MORE = 1, FRAGMENT_TINY = 2, FRAGMENT_OFFSET = 0xfff8 };

/*
 * Every byte is defined for every status; what a packet does not have is 0.
 * `status`, `family`, `fragment` hold values of the enums of those names.
 */
struct packet {
	addr_t src, dst;
	port_be_t sport, dport; /* HAS_PORTS */
	__u8 status;
	__u8 family;               /* valid when status is not STATUS_NONIP */
	__u8 has;                  /* HAS_* */
	__u8 proto;                /* where the walk over extension headers ended */
	__u8 icmp_type, icmp_code; /* HAS_ICMP */
	__be16 icmp_id;            /* HAS_ICMP and the type has one */
	__u16 vlan, inner_vlan;    /* VIDs; 0 untagged or priority-tagged */
	__u8 tcp_flags;            /* HAS_FLAGS */
	__u8 ttl, dscp;
	__u8 fragment;
	__u32 length;                /* IP total length of one packet (IPv6: 40 + payload); of one segment where GSO */
	__u32 bytes;                 /* layer-3 bytes in all; differs from length only for GSO */
	__u32 segments;              /* 1, or what GSO will make of it */
	__u32 fragment_id;           /* identification, wire order, where fragment is not FRAGMENT_NONE */
	__u32 tcp_seq, tcp_ack;      /* host order, HAS_FLAGS */
	struct mac mac_src, mac_dst; /* HAS_MAC */
	__u32 payload; /* by the IP length: of a fragment its part of the datagram; else HAS_FLAGS, bytes behind the TCP header */
	__u8 nd;       /* ARP or neighbour discovery that passes ahead of the rules */
	__u8 fragment_proto;   /* of a fragment: protocol that it says its datagram is of (IPv6: behind the fragment header) */
	__u16 fragment_offset; /* of a fragment: FRAGMENT_* */
};
_Static_assert(sizeof(struct packet) == 96 && offsetof(struct packet, fragment_offset) == 94, "struct packet has no padding");

#endif
