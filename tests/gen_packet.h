/* SPDX-License-Identifier: GPL-2.0 */
/* Random packets as values, consistent as the parser makes them (shared/packet.h). */
#ifndef FW_TESTS_GEN_PACKET_H
#define FW_TESTS_GEN_PACKET_H

#include "gen_model.h"

/* A packet, and where it is judged. */
struct gen_probe {
	struct packet packet;
	enum direction direction;
	const char *iface; /* of gen_ifaces, or NULL */
};

/*
 * A packet of status ok, aimed at a random rule: each field is mostly at an end of one of the rule's ranges,
 * sometimes one beyond it, sometimes from the pools whatever the rule says.
 */
void gen_probe(struct random *g, const struct ruleset *rs, struct gen_probe *out);

#endif
