/* SPDX-License-Identifier: GPL-2.0 */
/* The benchmark's packet: the smallest Ethernet frame with UDP over IPv4. Shared with the programs of tests/bpf/bench*.bpf.c. */
#ifndef FW_TESTS_BENCH_PACKET_H
#define FW_TESTS_BENCH_PACKET_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <stddef.h>

struct bench_packet {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
	unsigned char payload[18];
} __attribute__((packed));
_Static_assert(sizeof(struct bench_packet) == ETH_ZLEN, "smallest frame, without its checksum");

/*
 * Where fields are written, as wide as any reader may read them: a load that takes in more than one young store has to wait until they
 * are in the cache, which no packet that a NIC has written makes it do.
 */
#define TTL_AT(p)   ((__u32 *)((void *)(p) + offsetof(struct bench_packet, ip.ttl)))
#define ADDRS_AT(p) ((__u64 *)((void *)(p) + offsetof(struct bench_packet, ip.saddr)))
#define PORTS_AT(p) ((__u32 *)((void *)(p) + offsetof(struct bench_packet, udp.source)))

/*
 * One of the headers that the frame gets in turn, in wire order: time to live, protocol and checksum of the IP header; both addresses;
 * the first four bytes behind it, which are the ports where the protocol has some.
 */
struct bench_header {
	__u32 ttl_protocol, ports;
	__u64 addrs;
};
_Static_assert(sizeof(struct bench_header) == 16, "four to a cache line");
enum { BENCH_HEADERS_MAX = 16384 };

/* Slots of the program array behind the programs that vary the packet. */
enum { BENCH_SLOT_RULES, BENCH_SLOT_EMPTY };

#endif
