/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last look at a ruleset before it goes live: packets made from its rules, and some that are usual on any network, are judged by the
 * programs' own classifier over the tables as they lie in the kernel, and by the rules read one after another. Then some of them are run
 * through the programs of the rules, beside what is live: that makes no flow and counts nothing. Below 1 ms.
 */
#ifndef FW_SELFTEST_H
#define FW_SELFTEST_H

#include "compile.h"
#include "probe.h"
#include "programs.h"

/* All is borrowed. */
struct selftest {
	const struct ruleset *rs;
	const struct compile_names *names; /* with which it was compiled */
	const struct tables *tables;       /* from which the maps were filled */
	const struct loaded *loaded;
	const struct instance_maps *instance; /* its sets are asked, nothing else */
};

/*
 * 0; -EBADMSG where a program does not use the tables, or they say of a packet what the rules do not, with the packet in *err; or another
 * negative errno with *err. What the rules say is read of some hundred rules a packet: of more rules, one in so many.
 */
int selftest(const struct selftest *t, char **err);
/* Of the tables alone, wherever they lie. What set_contains says is not asked for. */
int selftest_tables(const struct ruleset *rs, const struct compile_names *names, const struct tables *t, char **err);

/* A packet to judge. */
struct selftest_packet {
	struct probe probe;
	size_t rule; /* from which it was made; SELFTEST_NO_RULE: from none */
};
#define SELFTEST_NO_RULE SIZE_MAX

/* Most packets that are made. */
enum { SELFTEST_RULES = 24, SELFTEST_USUAL = 20, SELFTEST_PACKETS = 2 * SELFTEST_RULES + SELFTEST_USUAL };

/*
 * Packets of status ok for the rules: two each of up to SELFTEST_RULES rules, the first, the last and such between, one from where what it
 * names begins and one from where that ends; and in both directions and families TCP, UDP, ICMP, GRE, and a later fragment. Returns how many.
 */
size_t selftest_packets(const struct ruleset *rs, struct selftest_packet out[SELFTEST_PACKETS]);

#endif
