/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one registry of maps: M(name, KIND, key, value, entries). maps.bpf.h makes from it the BPF
 * definitions and the kernel's accessors, ctl/maps.h the handles and accessors of user space. Keys of arrays are newtypes;
 * the kernel sees their __u32 (it refuses the BTF of an array with another key). Per kind only the legal operations exist:
 *   SETTING   one value, read-only for programs
 *   GLOBAL    the same, at an address that programs know: without a look-up, since each packet asks for it
 *   GLOBALS   a small table by a newtype, of values of 8 bytes that are written at once; a power of two of them; else as GLOBAL
 *   REPORT    one value that programs may write
 *   BOARD     the same, at an address that programs know
 *   TABLE     array by a newtype, read-only for programs, filled by user space through mmap
 *   STATE     array by a newtype that programs may write, mmapable
 *   COUNTERS  per-CPU array by a newtype, added to by programs
 *   SCRATCH   per-CPU array of one: working memory of a program run
 *   LOOKUP    hash, read by programs
 *   PREFIXES  longest-prefix match, read by programs
 *   RINGS     ring buffers that readers make and put in; programs send values to them
 * `entries` is a default; user space sets the size of most (FW_SIZED below).
 */
#ifndef FW_MAPS_DEF_H
#define FW_MAPS_DEF_H

#include "config.h"
#include "event.h"

/* clang-format off */
/* Of an instance: pinned, shared by all programs and all rulesets. */
#define FW_MAPS_ROOT(M)                                                            \
	M(fw_live,      GLOBAL,   __u32,       struct live,           1)           \
	M(fw_tally,     COUNTERS, tally_id_t,  struct counters,       TALLY_SLOTS)
#define FW_MAPS_INSTANCE(M)                                                        \
	M(fw_instance,  SETTING,  __u32,       struct instance_cfg,   1)           \
	M(fw_clock,     REPORT,   __u32,       struct clock_pair,     1)           \
	M(fw_scratch,   SCRATCH,  __u32,       struct scratch,        1)           \
	M(fw_ifaces,    GLOBALS,  iface_place_t, struct iface_slot,     IFACE_SLOTS) \
	M(fw_names,     TABLE,    iface_id_t,  struct iface_name,     IFACE_MAX)   \
	M(fw_set_names, TABLE,    set_id_t,    struct set_name,       256)         \
	M(fw_set_addrs, LOOKUP,   struct set_addr_key, struct set_elem, 131072)     \
	M(fw_set_nets,  PREFIXES, struct set_net_key,  struct set_elem, 4194304)     \
	M(fw_flows,     STATE,    bucket_id_t, struct flow_bucket,    1)           \
	M(fw_hints,     STATE,    bucket_id_t, struct flow_hint,      1)           \
	M(fw_datagrams, STATE,    datagram_bucket_id_t, struct datagram_bucket, DATAGRAM_BUCKETS) \
	M(fw_dropped,   STATE,    dropped_bucket_id_t, struct dropped_bucket, DROPPED_BUCKETS) \
	M(fw_losses,    COUNTERS, loss_id_t,   struct counters,       LOSS_COUNT)  \
	M(fw_watch,     BOARD,    __u32,       struct watch,          1)           \
	M(fw_rings,     RINGS,    reader_id_t, union event_any,       READERS_MAX) \
	M(fw_event_counts, COUNTERS, event_count_id_t, struct counters, EVENT_COUNTS)

/* Of a ruleset: made anew by each apply, kept alive by the program that uses them. */
#define FW_MAPS_RULESET(M)                                                         \
	M(fw_cells,     TABLE,    cells_id_t,  struct cells,          1)           \
	M(fw_words,     TABLE,    words_id_t,  struct words,          1)           \
	M(fw_trie,      TABLE,    trie_id_t,   struct trie_node,      1)           \
	M(fw_nodes,     TABLE,    node_id_t,   struct node,           1)           \
	M(fw_leaves,    TABLE,    leaf_id_t,   struct leaf,           1)           \
	M(fw_macs,      LOOKUP,   struct mac_key, struct mac_class,   1)           \
	M(fw_actions,   TABLE,    rule_id_t,   struct rule_action,    1)           \
	M(fw_ruleset,   SETTING,  __u32,       struct ruleset_info,   1)           \
	M(fw_text,      TABLE,    text_id_t,   struct text_block,     1)           \
	M(fw_trial,     SCRATCH,  __u32,       struct scratch,        1)

/* Of a slot: made with its programs, which outlast its rulesets; so large that most rulesets find room. */
#define FW_MAPS_SLOT(M)                                                            \
	M(fw_settings,  GLOBAL,   __u32,       struct settings,       1)           \
	M(fw_counts,    COUNTERS, rule_slot_t, struct counters,       1)           \
	M(fw_log_seen,  STATE,    rule_id_t,   struct log_seen,       1)

/* Of a replay: used by programs loaded with program_cfg.replay. */
#define FW_MAPS_REPLAY(M)                                                          \
	M(fw_replay,    SETTING,  __u32,       struct replay_input,   1)           \
	M(fw_result,    REPORT,   __u32,       struct replay_result,  1)

/* Of the collector: pinned, made by the first `export`; programs do not know them. */
#define FW_MAPS_EXPORT(M)                                                          \
	M(fw_reported,  STATE,    bucket_id_t, struct reported_bucket, 1)          \
	M(fw_export,    REPORT,   __u32,       struct export_state,   1)
/* clang-format on */

/* Those that programs of all kinds use, and all that programs use. */
#define FW_MAPS_COMMON(M) FW_MAPS_ROOT(M) FW_MAPS_INSTANCE(M) FW_MAPS_SLOT(M) FW_MAPS_REPLAY(M)
#define FW_MAPS(M)        FW_MAPS_COMMON(M) FW_MAPS_RULESET(M)

/* What the rules are asked: may this packet pass here? In the values that tables are indexed by. */
struct query {
	__u64 addr[2]
		  [2]; /* [source, destination]: its bits from the first on, host order; an IPv4 address is the upper half of [0] */
	__u32 kind, sport, dport, icmp;
	__u16 vlan, inner_vlan;
	__u8 family; /* enum family */
	iface_id_t iface;
	__u8 zero[2];
};
_Static_assert(sizeof(struct query) == 56, "no padding");

/* Working memory of the classifier's walk. */
struct search {
	__u32 root[ROOTS_MAX];
	__u32 child_upper[ROOTS_MAX], child_lower[ROOTS_MAX];
	__u64 mask_upper[ROOTS_MAX], mask_lower[ROOTS_MAX];
	__u64 upper, lower; /* common children not yet visited */
	__u32 part;         /* which NODE_PLACES places the lower level is of */
	decision_t best;    /* of those that were visited */
};

/* Of a rule with `log every` N. */
struct log_seen {
	__u64 packets; /* that it decided */
	__u32 every;   /* N; 0 as 1 */
	__u32 zero;
};

#include "datagram.h"
#include "dropped.h"
#include "export.h"

/* What the program of the short way hands over to those that it goes on to. */
struct handover {
	union iface_word iface;
	ticks_t now;     /* 0: not read, since no state is kept */
	judged_t judged; /* what the rules say of a stranger, where they have been asked */
	__u32 segments;  /* of a stranger (hook.h): for its counters */
	__u32 bytes;
	__u8 direction; /* enum direction */
	__u8 usual;     /* packet_parse_usual() may read it */
	__u8 zero[2];
};
_Static_assert(sizeof(struct handover) == 32, "no padding");

/*
 * What the long way asks the ruleset's program, and what that says (ask.h). The rules may be asked several things of one packet, at places
 * that cannot wait: the long way is gone anew, with the answers.
 */
struct questions {
	ticks_t now;                            /* when the packet is judged, however often the way is gone */
	__u64 old[DIRECTION_COUNT];             /* ASK_MADE_*: the ruling_t about which they are */
	iface_id_t made_iface[DIRECTION_COUNT]; /* and where */
	__u8 zero[2];
	__u8 wanted, given; /* 1 << enum ask: to be asked, and answered */
	__u8 rounds;        /* how often the rules were asked: 0: the packet is to be read */
	__u8 zero_too;
	judged_t answer[ASK_COUNT]; /* not given where the tables are at fault */
	generation_t generation;    /* of the answers */
	__u32 datagram;             /* a fragment's, as fragment_enter() said */
};
_Static_assert(sizeof(struct questions) == 56, "no padding");

/* What a self-test asks: the bytes of its "packet". */
struct trial {
	struct packet packet;
	__u32 where; /* direction, and << 8 the interface */
	__u32 zero;
};

/* Working memory of a program run: too much for the stack of 512 bytes. */
struct scratch {
	struct handover handover;
	struct questions questions;
	struct search search;
	struct query query;
	struct subject subject; /* the packet at hand */
	struct subject quote;   /* of an ICMP error: what it quotes */
	struct packet made;     /* re-judging: the packet that made the flow */
	union event_any event;  /* on its way to readers */
	ticks_t dropped_tick;   /* when this CPU entered dropped tuples, and how many */
	__u32 dropped_new, dropped_listed;
};

#endif
