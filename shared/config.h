/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What user space tells a program at load, as read-only data: the verifier sees constants and deletes
 * the code that this ruleset does not need. And the small values that they exchange at run time.
 */
#ifndef FW_CONFIG_H
#define FW_CONFIG_H

#include "clock.h"
#include "event.h"
#include "flow.h"
#include "tables.h"

enum { TIMEOUT_SLOTS = 16 }; /* a power of two, so that an index is bounded by a mask */
_Static_assert((int)TIMEOUT_COUNT <= (int)TIMEOUT_SLOTS, "each timeout has a slot");

/* Of every program. What differs from ruleset to ruleset is in struct settings, so that the programs of a slot outlast its rulesets. */
struct program_cfg {
	__u32 buckets;      /* of the flow table */
	__u32 hash_key[13]; /* random, the same for the life of the flow table; [12] is odd */
	__u8 replay;        /* time, interface and lengths come from fw_replay, results go to fw_result */
	__u8 frags;         /* the kernel has frames of several buffers on XDP (5.18) */
	__u8 slot;          /* of the program arrays, where the programs are put */
	__u8 zero;
};
_Static_assert(sizeof(struct program_cfg) == 60, "layout");

/* Of the program that a ruleset brings along (shared/ask.h): its tables. */
struct judge_cfg {
	struct ruleset_cfg rules;
	__u32 roots[IMAGE_COUNT]; /* dimensions and set references that each image uses */
};

/* Which way usual packets go (hook.h): by their flows, else to the rules; at once to the rules; the long way. */
enum rules_kind { RULES_STATEFUL, RULES_STATELESS, RULES_PER_PACKET };

/* What is asked of the rules about one packet (struct questions). */
enum ask {
	ASK_HAND, /* all rules, about the packet at hand */
	ASK_EACH, /* those that look at every packet, about the packet at hand */
	ASK_MADE_IN,
	ASK_MADE_OUT, /* all rules of a direction, about the packet that made its flow (scratch.made) */
	ASK_COUNT
};

/* What a ruleset says beside its rules, to the programs of its slot. */
struct settings {
	generation_t ruleset; /* its number */
	generation_t newest;  /* of its judgements: the same, until one of its dynamic sets changes */
	__u8 stateful;        /* some rule or default keeps state, or the table holds flows that were seeded */
	__u8 per_packet;      /* some rules look at every packet */
	__u8 macs;            /* some of them at its MAC addresses */
	__u8 sets;            /* the ruleset refers to dynamic sets */
	__u8 if_bound;        /* option state if-bound */
	__u8 tcp_strict;      /* option tcp-loose off */
	__u8 kind;            /* enum rules_kind, by the former */
	__u8 zero;
	struct policy_cfg policy;
	__u64 build;                  /* of the slot's programs (ctl/core.c) */
	__u64 timeout[TIMEOUT_SLOTS]; /* in ticks, by enum timeout */
};
_Static_assert(sizeof(struct settings) == 32 + 8 * TIMEOUT_SLOTS, "no padding");

/* An attached interface; the table is probed linearly from ifindex (IFACE_PROBES places). */
enum iface_table { IFACE_SLOTS = 256, IFACE_PROBES = 8, IFACE_STRIPS_VLAN = 1 };
enum { IFINDEX_LOOPBACK = 1 }; /* in each namespace (kernel: LOOPBACK_IFINDEX) */
struct iface_slot {
	__u32 ifindex; /* 0: free */
	iface_id_t id;
	__u8 link;  /* enum link */
	__u8 flags; /* IFACE_* */
	__u8 zero;
};
/* Read at once: nobody sees half of a slot that user space writes. */
union iface_word {
	__u64 word;
	struct iface_slot slot;
};
_Static_assert(sizeof(struct iface_slot) == 8 && sizeof(union iface_word) == 8, "layout");

typedef struct iface_place {
	__u32 raw;
} iface_place_t;

struct iface_name {
	char name[16];
}; /* by iface_id_t; "" free */

struct counters {
	__u64 packets, bytes;
};

/* Verdicts given, by direction, verdict and reason. */
typedef struct tally_id {
	__u32 raw;
} tally_id_t;
#define TALLY_SLOTS (DIRECTION_COUNT * VERDICT_COUNT * REASON_COUNT)
static __always_inline tally_id_t tally_of(enum direction d, enum verdict v, enum reason r)
{
	return (tally_id_t){ ((__u32)d * VERDICT_COUNT + (__u32)v) * REASON_COUNT + (__u32)r };
}

/* Counters of rules: the two defaults, then the rules in order. */
typedef struct rule_slot {
	__u32 raw;
} rule_slot_t;
#define RULE_SLOT_FIRST ((__u32)DIRECTION_COUNT)
static __always_inline rule_slot_t rule_slot_of(enum direction d, rule_id_t r)
{
	return (rule_slot_t){ rule_is_none(r) ? (__u32)d : r.raw + RULE_SLOT_FIRST };
}

/* The same of a judgement: JUDGED_RULE counts from 1, where the default is 0. */
static __always_inline rule_slot_t rule_slot_judged(judged_t j)
{
	__u32 number = j.raw & JUDGED_RULE;

	return (rule_slot_t){ number ? number - 1 + RULE_SLOT_FIRST : (__u32)judged_direction(j) };
}

/* What could not be kept: of evicted flows and datagrams their number, of the others the packets; and the bytes of either. */
#define FW_LOSSES(X)                                                                                                    \
	X(LOSS_EVICTED, "evicted")                   /* unconfirmed flow gave way to a new one */                       \
	X(LOSS_TABLE_FULL, "table-full")             /* no way in the bucket may be evicted */                          \
	X(LOSS_CONTENDED, "contended")               /* the bucket's lock was not free in time */                       \
	X(LOSS_FRAGMENT_EVICTED, "fragment-evicted") /* datagram that was not complete gave way to a new one */         \
	X(LOSS_RACED, "raced") /* counted while its flow gave way: there or, wrongly, in the next one, or not at all */ \
	X(LOSS_DROPPED_DISPLACED, "dropped-displaced") /* packets of dropped tuples that gave way to new ones */        \
	X(LOSS_DROPPED_UNLISTED, "dropped-unlisted")   /* packets of tuples that were too many at once */
FW_ENUM(loss, FW_LOSSES, LOSS_COUNT)
typedef struct loss_id {
	__u32 raw;
} loss_id_t;
#ifndef __bpf__
FW_ENUM_TEXT(loss, FW_LOSSES)
#endif

/* Which slot of the program arrays is live; one aligned 8-byte store swaps the ruleset on all hooks. */
enum { PROGRAM_SLOTS = 2, PROGRAM_PLACES = 3 * PROGRAM_SLOTS };
/* Where a slot's other programs are, to which the first goes on (hook.h): the long way, and the ruleset's. */
static __always_inline __u32 program_long(__u32 slot) { return PROGRAM_SLOTS + slot; }
static __always_inline __u32 program_judge(__u32 slot) { return 2 * PROGRAM_SLOTS + slot; }
struct live {
	__u32 slot;
	__u32 settling; /* 1: packets may still be judged by the other slot, which is to be left alone */
};
_Static_assert(sizeof(struct live) == 8, "swapped by one store");

/* The ruleset that a program carries: found through the ruleset's program in the live slot, never by name. */
enum { SETS_MAX = 64 };
struct ruleset_info {
	__u32 id; /* its generation when applied */
	__u32 rules;
	__u64 text_length;                     /* bytes of canonical text in fw_text */
	__u64 applied_ns;                      /* CLOCK_REALTIME */
	struct counters base[DIRECTION_COUNT]; /* of the defaults, as in struct rule_action */
	__u32 sets;
	__u16 set[SETS_MAX]; /* number of each declared set, in order */
	__u32 carried;       /* how often bases were set: before it is live, and once more when the one before counts no longer */
};
struct text_block {
	char bytes[4096];
};
typedef struct text_id {
	__u32 raw;
} text_id_t;

/*
 * The enums whose numbers lie in maps as plain bytes or as indexes, and what is sent through rings. It takes no room; it makes their names and values part of a
 * pinned map's type, so that a program that numbers them otherwise is told apart (ctl/contract.h).
 */
struct vocabulary {
	enum direction direction[0];
	enum family family[0];
	enum verdict verdict[0];
	enum status status[0];
	enum reason reason[0];
	enum fragment fragment[0];
	enum flow_state flow_state[0];
	enum flow_side flow_side[0];
	enum timeout timeout[0];
	enum link link[0];
	enum loss loss[0];
	enum set_type set_type[0];
	enum flow_bit flow_bit[0];
	enum judged_bit judged_bit[0];
	enum action_bit action_bit[0];
	enum iface_table iface_table[0];
	enum rules_kind rules_kind[0];
	enum ask ask[0];
	enum event event[0];
	enum event_fate event_fate[0];
	enum flow_end flow_end[0];
	union event_any events[0];
};

/* What an instance settles when its flow table is made. */
struct instance_cfg {
	__u32 buckets;
	__u32 hash_key[13];
	__u32 next_generation;
	__u32 tc_ingress; /* 1: an interface's ingress is or was on TC, for which rulesets are loaded only then */
	struct vocabulary vocabulary;
};
_Static_assert(sizeof(struct instance_cfg) == 64, "layout");

/* Dynamic sets: one map for all addresses, one for all prefixes, by set number. */
struct set_addr_key {
	__u16 set;
	__u8 family, zero;
	addr_t addr;
} __attribute__((packed, aligned(4)));
struct set_net_key {
	__u32 prefixlen;
	__u16 set;
	__u8 family, zero;
	addr_t addr;
} __attribute__((packed, aligned(4))); /* prefixlen: 32 + bits */
_Static_assert(sizeof(struct set_addr_key) == 20 && sizeof(struct set_net_key) == 24, "layout");
struct set_elem {
	__u64 zero;
};
typedef struct set_id {
	__u16 raw;
} set_id_t;
struct set_name {
	char name[32];
}; /* by set number; "" free */

/* Replay: one packet's circumstances, and what the program said of it. */
struct replay_input {
	ticks_t now;
	__u32 captured;    /* bytes that count of those handed to the program */
	__u32 wire_length; /* WIRE_LENGTH_UNKNOWN where the capture cut the packet */
	iface_id_t iface;
	__u8 link; /* enum link */
	__u8 zero[6];
};
_Static_assert(sizeof(struct replay_input) == 24, "layout");

#define NO_FLOW 0xffffffffu
struct outcome {
	__u8 verdict, reason; /* enums */
	__u8 cached;          /* no rule was looked up */
	__u8 made;            /* the packet made a flow, in `flow` */
	rule_id_t rule;
	__u32 flow;     /* place in the flow table: bucket * 8 + way; or NO_FLOW */
	__u8 direction; /* whose rules decided: for a reply that of its flow */
	__u8 log;       /* the rule that decided has `log` */
	__u8 zero[2];
};
_Static_assert(sizeof(struct outcome) == 16, "no padding");
struct replay_result {
	struct outcome outcome;
	__u32 ended; /* `last` holds the flow that made room at outcome.flow */
	__u32 zero;
	struct packet packet; /* as parsed */
	struct packet quote;  /* what it quotes, where it is an ICMP error and that is whole enough; else zeros */
	struct flow last;
};

#endif
