/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet costs, by BPF_PROG_TEST_RUN: so many repetitions of the program, and in the same round of an empty one that is
 * given the same packets, in processor time of this thread; what counts is the difference.
 */
#ifndef FW_TESTS_BENCH_MEASURE_H
#define FW_TESTS_BENCH_MEASURE_H

#include "bench_results.h"
#include "bench_sets.h"

enum bench_kind {
	CASE_KNOWN,      /* one flow, passed */
	CASE_NEW,        /* each packet another flow, inserted */
	CASE_STATELESS,  /* classified, each packet, by the same rule */
	CASE_MANY,       /* 65,536 known flows in turn: the table is not in the cache */
	CASE_TRACE,      /* classified, the headers of a trace in turn */
	CASE_TRACE_EACH, /* the same, each header many times before the next: as the peer's packet is measured */
	CASE_TRACE_NEW,  /* the trace's flows, each packet the first of one */
	CASE_PEER,       /* another's program, which drops the packet */
};

struct bench_case {
	enum bench_kind kind;
	char subject[BENCH_SUBJECT_MAX];
	size_t rules;                   /* nominal */
	const struct bench_ruleset *rs; /* CASE_PEER: whose packet is sent */
	struct bench_set *set;          /* of the CASE_TRACE kinds */
	int prog;                       /* of CASE_PEER; else from rs */
};

/* The programs that do nothing: on XDP, on TC, behind the ones that vary the packet. */
enum bench_empty { EMPTY_XDP, EMPTY_TC, EMPTY_VARY, EMPTY_TRACE, EMPTY_EACH, EMPTY_COUNT };

/* The programs of tests/bpf/bench.bpf.c. */
struct bench_probes {
	struct bench_bpf *skel;
	struct bench_header *headers; /* of the program that takes them in turn */
	double empty[EMPTY_COUNT];    /* ns a packet in this round */
};
int bench_probes_open(struct bench_probes *p, char **err);
void bench_probes_close(struct bench_probes *p);

/* Begins a round: measures the empty programs, with this packet and, where there is one, with this set's trace. */
int bench_measure_empty(struct bench_probes *p, const struct bench_packet *packet, const struct bench_set *set, char **err);

/*
 * One measurement: *net gets the ns a packet over the empty program's. -EILSEQ when the verdicts or the counters are not what the packets
 * should have made of them, so that no wrong program is measured.
 */
int bench_measure(const struct bench_instance *in, const struct bench_probes *p, const struct bench_case *c, size_t round,
		  double *net, char **err);

#endif
