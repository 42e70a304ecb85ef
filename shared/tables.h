/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiled form of a ruleset: what ctl/compile.c writes, classify.h walks and the kernel holds
 * in array maps, one set of maps per ruleset.
 *
 * Each field ("dimension") maps the packet's value to a class: the values that the same rules
 * accept. A class has a root: the head of a tree of bits, one for each rule's place, whose nodes have 64 children and leaves 256 bits.
 * ANDing the trees of all used dimensions leaves the rules that match.
 *
 *   levels 1 (up to 256 rules):   leaves[root]
 *   levels 2 (up to 16,384):      nodes[root] -> leaves[child + k]
 *   levels 3 (up to 1,048,576):   nodes[root] -> nodes[child + k] -> leaves[child + k]
 * where k is the number of mask bits below the chosen one: absent children are not stored.
 *
 * Rules do not stand in file order (ctl/order.h). words[decisions + place] is what is done there (decision_t, flow.h), which tells
 * the rule. Of the rules that match, the first in file order decides. Rules of a leaf stand in file order, leaves below a node and nodes
 * below a root by their first rule: where a rule has matched, those behind the first one that begins with a later rule are not looked at.
 *
 * A ruleset has two images over the same places: FLOW for rules that use only fields that
 * are the same for all packets of a flow, PACKET for rules that use at least one per-packet field.
 */
#ifndef FW_TABLES_H
#define FW_TABLES_H

#include "packet.h"

#define FW_IMAGES(X) X(IMAGE_FLOW, "per-flow") X(IMAGE_PACKET, "per-packet")

/*
 * name, number of values in its table (addresses have tries, MACs a hash: 0). The value that stands
 * for "the packet has no such field" is the last one of the table (NO_PORT, NO_ICMP, NO_FLAGS).
 */
#define FW_DIMS(X)                                                                              \
	X(DIM_KIND, 1024) /* direction << 9 | family << 8 | protocol */                         \
	X(DIM_SRC, 0)                                                                           \
	X(DIM_DST, 0)                                                                           \
	X(DIM_SPORT, 65537)                                                                     \
	X(DIM_DPORT, 65537)                                                                     \
	X(DIM_IFACE, 256)                                                                       \
	X(DIM_VLAN, 4096)                                                                       \
	X(DIM_INNER_VLAN, 4096)                                                                 \
	X(DIM_ICMP, 131073) /* ICMPv6 << 16 | type << 8 | code */                               \
	X(DIM_FLAGS, 257)                                                                       \
	X(DIM_TTL, 256)                                                                         \
	X(DIM_LENGTH, 65576) /* 40 + 65535 is the largest IPv6 length; longer counts as that */ \
	X(DIM_DSCP, 64)                                                                         \
	X(DIM_FRAG, 2)                                                                          \
	X(DIM_MAC_FROM, 0)                                                                      \
	X(DIM_MAC_TO, 0)
#define FW_DIM_LAST_PER_FLOW DIM_ICMP

enum { NO_PORT = 65536, NO_ICMP = 131072, NO_FLAGS = 256, LENGTH_LAST = 65575 };

FW_ENUM(image, FW_IMAGES, IMAGE_COUNT)
FW_ENUM(dim, FW_DIMS, DIM_COUNT)

#define SET_REFS_MAX 16 /* references to dynamic sets (set and side) in one image */
#define ROOTS_MAX    (DIM_COUNT + SET_REFS_MAX)

struct node {
	__u64 mask;  /* which of the 64 children exist */
	__u32 child; /* index of the first one, in nodes or leaves */
	__u32 zero;
};
_Static_assert(sizeof(struct node) == 16, "layout");

enum {
	LEAF_WORDS = 4,
	LEAF_SHIFT = 8,
	LEAF_PLACES = 1 << LEAF_SHIFT,
	NODE_SHIFT = LEAF_SHIFT + 6,
	NODE_PLACES = 1 << NODE_SHIFT
};
struct leaf {
	__u64 word[LEAF_WORDS];
};
_Static_assert(sizeof(struct leaf) * 8 == LEAF_PLACES, "layout");

/*
 * Node of an address's search tree: one cache line. It looks at a word of 32 bits, the first or, behind TRIE_NEXT, the one after;
 * entry[k], k being the number of bounds `from` that the word is not below, goes on. Or, behind TRIE_WINDOW, it has a table for where many
 * bounds lie close together: words[table + ((word - base) >> shift)] goes on where that is one of `size` places, else `below` or `above`.
 * An entry with TRIE_INNER set is the index of a node; with TRIE_NEXT as well that node looks at the next word; any other is a class.
 */
enum { TRIE_WAYS = 8 };
struct trie_window {
	__u32 base, shift, size, table, below, above;
};
struct trie_node {
	union {
		struct {
			__u32 from[TRIE_WAYS - 1]; /* ascending */
			__u32 entry[TRIE_WAYS];
		};
		struct trie_window window;
	};
	__u32 zero;
};
_Static_assert(sizeof(struct trie_node) == 64, "one cache line");
#define TRIE_INNER  0x80000000u
#define TRIE_NEXT   0x40000000u
#define TRIE_WINDOW 0x20000000u
#define TRIE_INDEX  0x1fffffffu

/* Small numbers packed in cache lines, so that the 8-byte stride of array maps is not wasted. */
struct cells {
	__u16 v[32];
};
struct words {
	__u32 v[16];
};

/* Places in the tables. */
typedef struct cells_id {
	__u32 raw;
} cells_id_t;
typedef struct words_id {
	__u32 raw;
} words_id_t;
typedef struct trie_id {
	__u32 raw;
} trie_id_t;
typedef struct node_id {
	__u32 raw;
} node_id_t;
typedef struct leaf_id {
	__u32 raw;
} leaf_id_t;

/*
 * Direct table of an address: words[table + (its first `bits` bits)] is where the search begins, an entry as in a node.
 * `bits` is 1 to TRIE_DIRECT_MAX. An IPv4 address is its 32 bits alone.
 */
enum { TRIE_DIRECT_MAX = 16, TRIE_DEPTH_MAX = 28 }; /* four words; seven levels of eight ways hold 2^21 cells of each */
struct trie_cfg {
	__u32 table, bits;
};

/*
 * Tables of other dimensions are of two levels, in units of 256 values, equal pages stored once:
 *   class = cells[cells[table + (value >> 8)] * 256 + pages + (value & 255)]
 * i.e. `table` is the index of the first cell of the directory, `pages` that of page 0 in its own
 * dimension. A dimension with at most FLAT_VALUES has no directory: class = cells[pages + value].
 */
enum { FLAT_VALUES = 1024 };
struct dim_cfg {
	__u32 table, pages;
	__u32 root; /* of class 0; class c has root + c, in nodes, or in leaves where levels is 1. Not where it is folded */
	__u32 step; /* where it is folded: what its class counts in the sum */
};

/* A dynamic set stands in one dimension of its own: class 1 when the address is in the set, else 0. */
#define FW_SET_TYPES(X) X(SET_ADDR, "addr") X(SET_NET, "net")
FW_ENUM(set_type, FW_SET_TYPES, SET_TYPE_COUNT)
#ifndef __bpf__
FW_ENUM_TEXT(set_type, FW_SET_TYPES)
#endif
struct set_ref {
	__u32 root;
	__u16 set; /* the set's number in its instance */
	__u8 type; /* enum set_type */
	__u8 dst;  /* look up the destination, not the source */
};
_Static_assert(sizeof(struct set_ref) == 8, "layout");

/*
 * Folded dimensions have one tree together: words[fold + the sum of their classes, each times its step] is its root, in nodes, or in
 * leaves where levels is 1.
 */
struct image_cfg {
	__u32 dims;   /* 1 << DIM_*: which dimensions are used; 0 where the image has no rule */
	__u32 folded; /* those of them that are folded */
	__u32 fold;
	__u32 sets; /* how many set_refs are used */
	struct dim_cfg dim[DIM_COUNT];
	struct trie_cfg trie[2][FAMILY_COUNT]; /* [0 source, 1 destination] */
	struct set_ref set[SET_REFS_MAX];
};

/* How many trees a walk of the image follows. */
static __always_inline __u32 image_roots(const struct image_cfg *c)
{
	return (__u32)__builtin_popcount(c->dims & ~c->folded) + (c->folded != 0) + c->sets;
}

/* A hash from (side, address) to class holds the MAC dimensions; an address that is not there has class 0,
 * a packet without MAC addresses class 1. */
struct mac_key {
	__u8 image, to;
	struct mac mac;
};
struct mac_class {
	__u32 class;
};
enum { MAC_CLASS_OTHER = 0, MAC_CLASS_ABSENT = 1 };

/* What a rule does, and the counts that it brought along from the ruleset before. */
enum action_bit { ACTION_STATELESS = 1, ACTION_LOG = 2 };
struct rule_action {
	__u8 verdict; /* enum verdict */
	__u8 flags;   /* ACTION_* */
	__u8 zero[2];
	__u32 log_every; /* ACTION_LOG: an event for the first of so many packets */
	__u64 base_packets, base_bytes;
};
_Static_assert(sizeof(struct rule_action) == 24, "layout");

/* What the ruleset says of packets that no rule matches, or that the rules never see. */
struct policy_cfg {
	__u8 verdict[DIRECTION_COUNT]; /* default in, out: enum verdict */
	__u8 stateless[DIRECTION_COUNT];
	__u8 malformed[DIRECTION_COUNT]; /* verdict for malformed, truncated and too-deep packets */
	__u8 nonip;                      /* verdict */
	__u8 nd_by_rules;                /* 1: neighbour discovery is judged as the rest */
};
_Static_assert(sizeof(struct policy_cfg) == 8, "layout");

struct ruleset_cfg {
	__u32 rules;      /* number of rules */
	__u32 levels;     /* 1 to 3 */
	__u32 leaves;     /* how many a node of the lower level can have: 1 to 64 */
	__u32 decisions;  /* words[decisions + place] */
	__u32 trie_depth; /* nodes on the longest path of any trie */
	struct image_cfg image[IMAGE_COUNT];
	struct policy_cfg policy;
};

#endif
