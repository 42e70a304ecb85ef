/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules read one after another, straight from the model: what the compiled tables are tested against, and the
 * base of explanations. It shares no code with the compiler.
 */
#ifndef FW_LINEAR_H
#define FW_LINEAR_H

#include "model.h"

/* Membership of dynamic sets: is the address (v4-mapped where IPv4) in ruleset.sets[set]? */
struct linear_sets {
	bool (*contains)(void *arg, size_t set, enum family family, const addr_t *a);
	void *arg;
};

/* Is the address (v4-mapped where IPv4) among the elements that the set is declared with, in the text or in its file? */
bool set_declares(const struct set *s, enum family family, const addr_t *a);

/* Which rules a scan reads: bits 1 << IMAGE_FLOW and 1 << IMAGE_PACKET. */
enum { LINEAR_ALL = 1 << IMAGE_FLOW | 1 << IMAGE_PACKET };

/*
 * Does the rule match a packet (status ok) that goes in this direction over the interface `iface` (NULL: none that
 * rules could name)? `sets` NULL: a set holds what the ruleset declares it with (elements and file).
 */
bool rule_matches(const struct ruleset *rs, const struct rule *r, const struct packet *p, enum direction dir, const char *iface,
		  const struct linear_sets *sets);

/* Does the rule ask for a field that differs between the packets of a flow? */
bool rule_is_per_packet(const struct rule *r);

/* The first rule of the images `images` that matches, or none. */
rule_id_t linear_scan(const struct ruleset *rs, unsigned int images, const struct packet *p, enum direction dir,
		      const char *iface, const struct linear_sets *sets);

#endif
