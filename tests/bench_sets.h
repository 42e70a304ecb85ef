/* SPDX-License-Identifier: GPL-2.0 */
/* ClassBench sets as subjects of the benchmark: the rules loaded with and without state, and the trace's headers. */
#ifndef FW_TESTS_BENCH_SETS_H
#define FW_TESTS_BENCH_SETS_H

#include "bench_rules.h"
#include "classbench.h"

struct bench_set {
	const char *name; /* acl1, fw1, ipc1 */
	size_t rules;     /* nominal: 1,000, 10,000, 100,000 */
	/* All headers of the trace, the rule that passes each, and how often it comes. */
	struct bench_header *headers;
	rule_id_t *match;
	size_t nheaders;
	struct bench_hits {
		rule_id_t rule;
		__u64 packets, noted;
	} * hits;
	size_t nhits;
	/* The headers without those of a flow that came before. */
	struct bench_header *distinct;
	size_t ndistinct;
	/* The rules with and without `stateless`. Their packet is a datagram of the trace. */
	struct bench_ruleset stateful, stateless;
};

/* DIR/NAME_{1k,10k,100k}.*. 0, or a negative errno with *err; -ENOENT where the set is not there. */
int bench_set_load(struct bench_instance *in, const char *dir, const char *name, size_t rules, struct bench_set *out, char **err);
void bench_set_close(struct bench_set *s);

/* Every header by the program without state: passed, by the rule that it has to find. 0, or a negative errno with *err. */
int bench_set_check(const struct bench_instance *in, const struct bench_set *s, char **err);

/*
 * The same for a set without a trace, DIR/NAME: so many headers that are corners of its rules, judged by a linear scan. Loads the rules and
 * lets go of them.
 */
int bench_set_check_corners(struct bench_instance *in, const char *dir, const char *name, size_t headers, char **err);

/* The packet with this header. */
struct bench_packet bench_packet_of(const struct bench_header *h);

/* Remembers what the rules of the trace have counted (without state); whether each has then counted its part of `passes` of the trace. */
int bench_set_note(struct bench_set *s);
int bench_set_compare(const struct bench_set *s, unsigned int passes, char **err);

#endif
