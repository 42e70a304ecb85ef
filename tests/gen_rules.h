/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random rulesets as text, always valid, over small pools of values, so that rules overlap and packets made
 * from the same pools hit them. The same seed gives the same text; *seed moves on.
 */
#ifndef FW_TESTS_GEN_RULES_H
#define FW_TESTS_GEN_RULES_H

#include <stdint.h>
#include "../ctl/util.h"

/* Which fields may be used. Family, protocol and direction are always in play. */
enum {
	GENR_ADDR = 1 << 0,
	GENR_PORT = 1 << 1,
	GENR_ICMP = 1 << 2,
	GENR_FLAGS = 1 << 3,
	GENR_IFACE = 1 << 4,
	GENR_VLAN = 1 << 5,
	GENR_DSCP = 1 << 6,
	GENR_TTL = 1 << 7,
	GENR_LENGTH = 1 << 8,
	GENR_FRAG = 1 << 9,
	GENR_MAC = 1 << 10,
	GENR_SETS = 1 << 11,
	GENR_OPTIONS = 1 << 12, /* stateless, label */
	GENR_DECLS = 1 << 13,   /* defaults, options, defines */
	GENR_IPV6 = 1 << 14,    /* without it, no IPv6 address and no inet6 */
	GENR_ALL = (1 << 15) - 1,
	GENR_PER_FLOW = GENR_ADDR | GENR_PORT | GENR_ICMP | GENR_IFACE | GENR_VLAN | GENR_IPV6,
};

/* xorshift64*; *seed must not be 0. */
uint64_t genr_random(uint64_t *seed);
static inline unsigned genr_below(uint64_t *seed, unsigned n) { return (unsigned)((genr_random(seed) >> 33) % n); }

void gen_ruleset(uint64_t *seed, unsigned nrules, struct strbuf *out);
void gen_ruleset_fields(uint64_t *seed, unsigned nrules, unsigned fields, struct strbuf *out);

/* The pools, for those who make packets: text, as rules take them; NULL ends each. */
extern const char *const genr_v4_hosts[], *const genr_v6_hosts[], *const genr_ifaces[], *const genr_macs[];
extern const unsigned genr_ports[], genr_protos[], genr_icmp_types[], genr_icmp6_types[], genr_vlans[], genr_dscps[], genr_ttls[],
	genr_lengths[];
enum {
	GENR_V4_HOSTS = 8,
	GENR_V6_HOSTS = 8,
	GENR_IFACES = 4,
	GENR_MACS = 4,
	GENR_PORTS = 10,
	GENR_PROTOS = 9,
	GENR_ICMP_TYPES = 5,
	GENR_ICMP6_TYPES = 6,
	GENR_VLANS = 4,
	GENR_DSCPS = 4,
	GENR_TTLS = 6,
	GENR_LENGTHS = 6
};

#endif
