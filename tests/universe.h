/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every packet that could be told from others by a ruleset's rules: each field has the values at which some rule begins or
 * ceases to match. Fields: direction, family, protocol, fragment, addresses, ports, ICMP type and code, SYN and ACK, vlan,
 * ttl, length, interface (none, eth0, eth1), mac-from (02:00:00:00:00:xx, or none), and membership of dynamic sets.
 */
#ifndef FW_TESTS_UNIVERSE_H
#define FW_TESTS_UNIVERSE_H

#include "../ctl/linear.h"
#include "../ctl/probe.h"

enum { PACKETS_MAX = 60000, REPS_MAX = 64, REFS = 4 };

/* Values of a field. */
struct reps {
	uint32_t v[REPS_MAX];
	size_t n;
};
struct addr_reps {
	addr_t v[REPS_MAX];
	size_t n;
};

struct universe {
	const struct ruleset *rs; /* up to 64 rules */
	struct reps sport, dport, vlan, ttl, length, iface, mac, type[FAMILY_COUNT], code, flags, proto;
	struct addr_reps src[FAMILY_COUNT], dst[FAMILY_COUNT];
	struct {
		int set;
		bool dst;
	} ref[REFS]; /* sets that rules ask for, and the side */
	size_t nrefs;
	unsigned int members;        /* of the packet at hand: bits of ref */
	const struct packet *packet; /* that is at hand */
	uint64_t *matches;           /* by packet: a bit a rule */
	struct probe *probes;
	size_t n;
};

/* False where there are more than PACKETS_MAX packets. Either way universe_free. */
bool universe_make(struct universe *u, const struct ruleset *rs);
void universe_free(struct universe *u);

/* Whether an address of the packet at hand is in a set: for linear.h, with the universe as its argument. */
bool universe_in_set(void *arg, size_t set, enum family family, const addr_t *a);

#endif
