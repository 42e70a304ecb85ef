/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measurements: so many repetitions of the program, and in the same round of an empty one, in processor time of this
 * thread; what counts is the difference. Rounds interleave all cases, since the machine is shared, and ratios are taken
 * within a round; the medians of the rounds are reported.
 */
#ifndef FW_TESTS_BENCH_MEASURE_H
#define FW_TESTS_BENCH_MEASURE_H

#include "bench_rules.h"

#define BENCH_KINDS(X)                                                                   \
	X(CASE_KNOWN, "known flow")                 /* ingress, stateful pass */         \
	X(CASE_NEW, "new flow, inserted")           /* each packet another one */        \
	X(CASE_STATELESS, "stateless rule")         /* classified, each packet */        \
	X(CASE_KNOWN_OUT, "known flow, tc egress")                                       \
	X(CASE_MANY, "65,536 known flows in turn")  /* the table is not in the cache */  \
	X(CASE_PEER, "xdp-filter, source matches")
FW_ENUM(bench_kind, BENCH_KINDS, BENCH_KIND_COUNT)
FW_ENUM_TEXT(bench_kind, BENCH_KINDS)

enum { BENCH_ROUNDS_MAX = 99 };
struct bench_case {
	enum bench_kind kind;
	const struct bench_ruleset *rs;  /* CASE_PEER: whose packet is sent */
	int prog;                        /* of CASE_PEER; else from rs */
	double net[BENCH_ROUNDS_MAX];    /* ns a packet over an empty program */
};

/* The programs that do nothing: on XDP, on TC, behind the one that varies the packet. */
enum bench_empty { EMPTY_XDP, EMPTY_TC, EMPTY_VARY, EMPTY_COUNT };

/* The programs of tests/bpf/bench.bpf.c. */
struct bench_probes {
	struct bench_bpf *skel;
	double empty[EMPTY_COUNT]; /* ns a packet in this round */
};
int bench_probes_open(struct bench_probes *p, char **err);
void bench_probes_close(struct bench_probes *p);

/* Begins a round: measures the empty programs. */
int bench_measure_empty(struct bench_probes *p, const struct bench_packet *packet, char **err);

/*
 * One measurement, in c->net[round]: -EILSEQ when the verdicts or the counters are not what the packets should have made of
 * them, so that no wrong program is measured.
 */
int bench_measure(const struct bench_instance *in, const struct bench_probes *p, struct bench_case *c, size_t round,
		  char **err);

/* The value at this part (0 to 1) of the first n in order; sorts them. */
double bench_quantile(double *v, size_t n, double part);

#endif
