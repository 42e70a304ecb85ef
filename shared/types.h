/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vocabulary of both sides: newtypes, and enums made from X-lists (enum, name table and
 * count come from one list, so that they cannot drift apart). Compiled for BPF and natively.
 */
#ifndef FW_TYPES_H
#define FW_TYPES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#undef __always_inline /* <linux/stddef.h> has one that only asks */
#define __always_inline inline __attribute__((always_inline))

/* In BPF: the compiler shall not know how this value came about; nor move reads and writes over this place. */
#ifdef __bpf__
#define BARRIER(x)        asm volatile("" : "+r"(x))
#define BARRIER_MEMORY(x) asm volatile("" : "+r"(x) : : "memory")
#else
#define BARRIER(x)        ((void)(x))
#define BARRIER_MEMORY(x) ((void)(x))
#endif

#ifdef __clang__
#define FW_UNROLL _Pragma("unroll")
#else
#define FW_UNROLL
#endif

/* One-member structs, passed by value: a mix-up does not compile. */
/* clang-format off */
typedef struct rule_id { __u32 raw; } rule_id_t;      /* 0-based position in the ruleset */
typedef struct generation { __u32 raw; } generation_t; /* what a cached verdict was judged by */
typedef struct iface_id { __u8 raw; } iface_id_t;     /* number that an instance gives to an interface name */
typedef struct port_be { __be16 raw; } port_be_t;     /* wire order */
typedef struct ticks { __u64 raw; } ticks_t;          /* time in units of the instance's clock (clock.h) */
struct mac { __u8 b[6]; };
/* clang-format on */

/* An address; IPv4 as ::ffff:a.b.c.d. Wire order. The family stands beside it, never inside it. */
typedef union addr {
	__u8 b[16];
	__be32 w[4];
	__u64 q[2];
} addr_t;

#define RULE_NONE_RAW 0xffffffffu /* no rule matched: the default decides */
#define RULE_MAX      262144u
#define IFACE_NONE    0 /* an interface that nobody named */
#define IFACE_MAX     256

static __always_inline rule_id_t rule_none(void) { return (rule_id_t){ RULE_NONE_RAW }; }
static __always_inline bool rule_is_none(rule_id_t r) { return r.raw == RULE_NONE_RAW; }
static __always_inline bool rule_before(rule_id_t a, rule_id_t b) { return a.raw < b.raw; }

#define FW_DIRECTIONS(X) X(DIRECTION_IN, "in") X(DIRECTION_OUT, "out")
#define FW_FAMILIES(X)   X(FAMILY_INET, "inet") X(FAMILY_INET6, "inet6")
#define FW_VERDICTS(X)   X(VERDICT_PASS, "pass") X(VERDICT_DROP, "drop") X(VERDICT_REJECT, "reject")
/* What became of the parse (packet.h). */
#define FW_STATUSES(X)                   \
	X(STATUS_OK, "ok")               \
	X(STATUS_NONIP, "nonip")         \
	X(STATUS_MALFORMED, "malformed") \
	X(STATUS_TRUNCATED, "truncated") \
	X(STATUS_TOO_DEEP, "too-deep")
/* Why a verdict was given. The last two are faults of ours, never of the packet; they drop. */
#define FW_REASONS(X)                                  \
	X(REASON_RULE, "rule")                         \
	X(REASON_DEFAULT, "default")                   \
	X(REASON_STATE, "state")                       \
	X(REASON_RELATED, "related")                   \
	X(REASON_MALFORMED, "malformed")               \
	X(REASON_TRUNCATED, "truncated")               \
	X(REASON_TOO_DEEP, "too-deep")                 \
	X(REASON_FRAGMENT, "fragment")                 \
	X(REASON_NONIP, "nonip")                       \
	X(REASON_ND, "nd")                             \
	X(REASON_LIMIT, "limit")                       \
	X(REASON_FRAGMENT_OVERLAP, "fragment-overlap") \
	X(REASON_FRAGMENT_TINY, "fragment-tiny")       \
	X(REASON_MID_STREAM, "mid-stream")             \
	X(REASON_NO_PROGRAM, "no-program")             \
	X(REASON_FAULT, "fault")
#define FW_FRAGMENTS(X) X(FRAGMENT_NONE, "none") X(FRAGMENT_FIRST, "first") X(FRAGMENT_LATER, "later")
#define FW_FLOW_STATES(X)                    \
	X(FLOW_UNREPLIED, "unreplied")       \
	X(FLOW_REPLIED, "replied")           \
	X(FLOW_SYN_SENT, "syn-sent")         \
	X(FLOW_SYN_RECEIVED, "syn-received") \
	X(FLOW_ESTABLISHED, "established")   \
	X(FLOW_CLOSING, "closing")           \
	X(FLOW_CLOSED, "closed")             \
	X(FLOW_RESET, "reset")
#define FW_TIMEOUTS(X)                                \
	X(TIMEOUT_TCP_SYN, "tcp-syn")                 \
	X(TIMEOUT_TCP_ESTABLISHED, "tcp-established") \
	X(TIMEOUT_TCP_CLOSING, "tcp-closing")         \
	X(TIMEOUT_TCP_CLOSED, "tcp-closed")           \
	X(TIMEOUT_UDP_UNREPLIED, "udp-unreplied")     \
	X(TIMEOUT_UDP_REPLIED, "udp-replied")         \
	X(TIMEOUT_ICMP, "icmp")                       \
	X(TIMEOUT_OTHER, "other")                     \
	X(TIMEOUT_FRAGMENT, "fragment") /* of a datagram, from its first fragment on */
/* How a packet's bytes begin: Ethernet header; IP header; a 2-byte EtherType and no addresses (captures only). */
#define FW_LINKS(X) X(LINK_ETHER, "ether") X(LINK_IP, "ip") X(LINK_COOKED, "cooked")

#define FW_ENUM_MEMBER(id, name) id,
#define FW_ENUM_ONE(id, name)    +1
#define FW_ENUM(tag, LIST, COUNT)          \
	enum tag { LIST(FW_ENUM_MEMBER) }; \
	enum { COUNT = 0 LIST(FW_ENUM_ONE) };
FW_ENUM(direction, FW_DIRECTIONS, DIRECTION_COUNT)
FW_ENUM(family, FW_FAMILIES, FAMILY_COUNT)
FW_ENUM(verdict, FW_VERDICTS, VERDICT_COUNT)
FW_ENUM(status, FW_STATUSES, STATUS_COUNT)
FW_ENUM(reason, FW_REASONS, REASON_COUNT)
FW_ENUM(fragment, FW_FRAGMENTS, FRAGMENT_COUNT)
FW_ENUM(flow_state, FW_FLOW_STATES, FLOW_STATE_COUNT)
FW_ENUM(timeout, FW_TIMEOUTS, TIMEOUT_COUNT)
FW_ENUM(link, FW_LINKS, LINK_COUNT)

#ifndef __bpf__
/* NAME_text(): the word for an enum value, as output and rules use it; "?" for no value of the enum. */
#define FW_ENUM_CASE(id, name) \
	case id:               \
		return name;
#define FW_ENUM_TEXT(tag, LIST)                          \
	static inline const char *tag##_text(enum tag v) \
	{                                                \
		switch (v) {                             \
			LIST(FW_ENUM_CASE)               \
		}                                        \
		return "?";                              \
	}
FW_ENUM_TEXT(direction, FW_DIRECTIONS)
FW_ENUM_TEXT(family, FW_FAMILIES)
FW_ENUM_TEXT(verdict, FW_VERDICTS)
FW_ENUM_TEXT(status, FW_STATUSES)
FW_ENUM_TEXT(reason, FW_REASONS)
FW_ENUM_TEXT(flow_state, FW_FLOW_STATES)
FW_ENUM_TEXT(timeout, FW_TIMEOUTS)
FW_ENUM_TEXT(link, FW_LINKS)
#endif

#endif
