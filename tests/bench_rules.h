/* SPDX-License-Identifier: GPL-2.0 */
/* The benchmark's subject: a private instance, rulesets of so many rules in it, and the packet that only the last rule matches. */
#ifndef FW_TESTS_BENCH_RULES_H
#define FW_TESTS_BENCH_RULES_H

#include "../ctl/programs.h"
#include "bench_packet.h"

enum { BENCH_BUCKETS = 65536 };

/* An instance without pins, attached to nothing; its table is mapped. */
struct bench_instance {
	struct instance_maps maps;
	struct instance_cfg cfg;
	struct flow_bucket *flows;
};

/* Rules of one kind: `pass (in|out) proto udp from A/32 to B port N [stateless]`, each with its own A and N. */
struct bench_ruleset {
	size_t rules;
	enum direction direction;
	bool stateless;
	struct loaded loaded;
	struct bench_packet packet; /* matched by the last rule */
};

/* 0, or a negative errno with *err; on error nothing is left to close. */
int bench_instance_open(struct bench_instance *in, char **err);
void bench_instance_close(struct bench_instance *in);

/* `number` is another one for each ruleset of an instance: rulesets share the flow table, but no flow. */
int bench_ruleset_load(const struct bench_instance *in, unsigned int number, struct bench_ruleset *rs, char **err);

/* The packet's flow in the table, or NULL. */
const struct flow *bench_flow_of(const struct bench_instance *in, const struct bench_packet *packet);
/* Packets that the last rule decided, by its counter. */
int bench_rule_packets(const struct bench_ruleset *rs, __u64 *packets);
/* Packets of flows that the table could not hold. */
int bench_lost_packets(const struct bench_instance *in, __u64 *packets);
size_t bench_flows(const struct bench_instance *in);
void bench_flows_clear(const struct bench_instance *in);

#endif
