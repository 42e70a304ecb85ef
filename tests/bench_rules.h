/* SPDX-License-Identifier: GPL-2.0 */
/* The benchmark's subjects: a private instance, rulesets loaded in it, and the packets that they are sent. */
#ifndef FW_TESTS_BENCH_RULES_H
#define FW_TESTS_BENCH_RULES_H

#include "../ctl/model.h"
#include "../ctl/programs.h"
#include "bench_packet.h"

enum { BENCH_BUCKETS = 65536 };

/* An instance without pins, attached to nothing; its table is mapped. */
struct bench_instance {
	struct instance_maps maps;
	struct instance_cfg cfg;
	struct flow_bucket *flows;
	struct flow_hint *hints;
	unsigned int loads; /* of rulesets: each has a generation of its own */
};

/* A ruleset, and the packet that is sent where all are the same. */
struct bench_ruleset {
	size_t rules;
	enum direction direction;
	bool stateless;
	struct loaded loaded; /* only the program of the direction */
	struct bench_packet packet;
	rule_id_t decides; /* the rule that passes it */
};

/* 0, or a negative errno with *err; on error nothing is left to close. */
int bench_instance_open(struct bench_instance *in, char **err);
void bench_instance_close(struct bench_instance *in);

/*
 * Rules of one kind, rs->rules many: `pass (in|out) proto udp from A/32 to B port N [stateless]`, each with its own A and N. The packet is
 * the last one's. `number` is another one for each ruleset of an instance: rulesets share the flow table, but no flow.
 */
int bench_ruleset_load(struct bench_instance *in, unsigned int number, struct bench_ruleset *rs, char **err);
/* The model of the same, owned by the caller. */
void bench_ruleset_model(const struct bench_ruleset *rs, unsigned int number, struct ruleset *out);
/* Any model into the instance; the programs in `hooks` (LOAD_*). */
int bench_model_load(struct bench_instance *in, const struct ruleset *model, unsigned int hooks, struct loaded *out, char **err);

/* Tables likewise, for the programs of a slot; NULL: with programs of their own. */
int bench_tables_load(struct bench_instance *in, const struct tables *t, unsigned int hooks, const struct core *core,
		      struct loaded *out, char **err);
/*
 * Gives a loaded ruleset the place where its short way goes on from. Not as core_place() does, which first empties a place, for which
 * the kernel waits each time.
 */
int bench_place(const struct bench_instance *in, const struct loaded *l);
/* The programs of a slot for so many rules, on XDP and TC egress. */
int bench_core_load(const struct bench_instance *in, size_t rules, struct core *out, char **err);

/* A datagram, all but addresses and ports filled in (these are 0). */
struct bench_packet bench_packet_plain(void);

/* The packet's flow in the table, or NULL. */
const struct flow *bench_flow_of(const struct bench_instance *in, const struct bench_packet *packet);
/* Packets that a rule decided, by its counter. */
int bench_rule_packets(const struct loaded *l, enum direction d, rule_id_t rule, __u64 *packets);
/* Packets of flows that the table could not hold. */
int bench_lost_packets(const struct bench_instance *in, __u64 *packets);
size_t bench_flows(const struct bench_instance *in);
void bench_flows_clear(const struct bench_instance *in);

#endif
