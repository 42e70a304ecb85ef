/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rule model: what the parser builds, the printer writes, the compiler and the linear scan read.
 * It keeps what the user said, in the user's order, defines expanded and nested lists flattened, so that
 * printing it gives a text that parses to the same model. Strings and arrays belong to the ruleset
 * (ruleset_free releases all).
 */
#ifndef FW_MODEL_H
#define FW_MODEL_H

#include <net/if.h>
#include <stdint.h>
#include "../shared/tables.h"

#define LABEL_MAX     63
#define SET_NAME_MAX  31
#define LOG_EVERY_MAX 1000000000u

struct srcloc {
	uint32_t line, col;
}; /* 1-based, bytes */

/* A match on a number: a list of inclusive ranges, as typed. n == 0: not given, every value matches. */
struct numrange {
	uint32_t lo, hi;
};
struct numset {
	struct numrange *v;
	size_t n;
	bool negated;
	struct srcloc loc;
};

enum addr_form { ADDR_SINGLE, ADDR_PREFIX, ADDR_RANGE };
/* Inclusive range of addresses of one family, wire order; IPv4 as v4-mapped (addr_t). */
struct addr_range {
	enum family family;
	enum addr_form form;
	uint8_t plen; /* ADDR_PREFIX; 0 to 32 for inet, to 128 for inet6 */
	addr_t lo, hi;
};
struct addrset {
	struct addr_range *v;
	size_t n; /* 0 and set < 0: any */
	int set;  /* index in ruleset.sets, or -1; then n is 0 */
	bool negated;
	struct srcloc loc;
};
struct endpoint {
	struct addrset addr;
	struct numset ports;
};

/*
 * ICMP types: each element has a range of types for ICMP, one for ICMPv6, or both (a name that both know). A number
 * or range is there for the families of the rule's `proto`. `name` is the name as the printer writes it, or NULL for numbers.
 */
struct icmp_range {
	bool has[FAMILY_COUNT];
	uint8_t lo[FAMILY_COUNT], hi[FAMILY_COUNT];
	const char *name; /* static storage */
};
struct icmpset {
	struct icmp_range *v;
	size_t n;
	bool negated; /* any other type of the rule's ICMP protocols */
	struct srcloc loc;
};

struct macset {
	struct mac *v;
	size_t n;
	bool negated;
	struct srcloc loc;
};
struct ifaceset {
	char (*v)[IFNAMSIZ];
	size_t n;
	bool negated;
	struct srcloc loc;
};
struct flagset {
	bool given;
	uint8_t set, mask;
	struct srcloc loc;
};

struct rule {
	struct srcloc loc;
	enum verdict verdict;
	enum direction direction;
	struct ifaceset on;
	bool family_given;
	enum family family;
	struct numset proto;
	struct endpoint from, to;
	struct icmpset icmp_type;
	struct numset icmp_code;
	struct flagset flags;
	struct numset vlan, inner_vlan, dscp, ttl, length;
	bool frag;
	struct macset mac_from, mac_to;
	bool stateless;
	uint32_t log_every;        /* log the first of so many packets; 0: not logged */
	char label[LABEL_MAX + 1]; /* unescaped; "" where none */
};

/* A declared dynamic set. Its number in the kernel is given by the instance, not here. */
struct set {
	char name[SET_NAME_MAX + 1];
	enum set_type type;
	struct addr_range *v; /* elements as declared (SET_ADDR: singles only) */
	size_t n;
	char *file;                /* path, or NULL; whole (from the root) where the file was read, else as declared */
	struct addr_range *file_v; /* elements read from it (host bits masked) */
	size_t file_n;
	struct srcloc loc;
};

struct defaults {
	bool given[DIRECTION_COUNT];
	enum verdict verdict[DIRECTION_COUNT]; /* pass where not given; never reject */
	bool stateless[DIRECTION_COUNT];
	bool malformed_given;
	enum verdict malformed;
	enum verdict nonip; /* pass where not given */
	bool nd_by_rules;
};

enum { FLOWS_MIN = 1024, FLOWS_MAX = 16777216 };
struct options {
	uint32_t flows;                    /* 0: not given */
	uint32_t timeout_s[TIMEOUT_COUNT]; /* 0: not given */
	bool state_given, if_bound;
	bool tcp_loose_given, tcp_strict; /* strict: not loose */
};

struct ruleset {
	struct defaults defaults;
	struct options options;
	struct set *sets;
	size_t nsets;
	struct rule *rules;
	size_t nrules;
};

/* An empty rule: any packet. Rules must begin so (an address list without a set has set -1). */
void rule_init(struct rule *r);
/* Release what they own, not the struct; an empty rule or ruleset is left. */
void rule_free(struct rule *r);
void ruleset_free(struct ruleset *rs);
/* Where things stand in the text (loc) is not compared. */
bool rule_equal(const struct rule *a, const struct rule *b);
/* Whether any rule or default makes flows of what it passes. */
bool ruleset_keeps_state(const struct ruleset *rs);
/* Also takes `given` of the defaults for equal: where not stated they are pass. */
bool ruleset_equal(const struct ruleset *a, const struct ruleset *b);
/* The index of a declared set by name, or -1. */
int ruleset_find_set(const struct ruleset *rs, const char *name, size_t n);

#endif
