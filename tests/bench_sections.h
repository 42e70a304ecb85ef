/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the benchmark, which scripts/bench.sh sets the stage for. Each adds its series to the results. */
#ifndef FW_TESTS_BENCH_SECTIONS_H
#define FW_TESTS_BENCH_SECTIONS_H

#include "bench_results.h"

enum { BENCH_PACKET = 1, BENCH_LIVE = 2, BENCH_APPLY = 4, BENCH_ALL = BENCH_PACKET | BENCH_LIVE | BENCH_APPLY };

struct bench_options {
	unsigned int parts;      /* BENCH_* */
	bool quick;              /* fewer rounds, fewer sizes */
	const char *classbench;  /* folder of the sets, or NULL: left out */
	int peer, peer_small;    /* xdp-filter as loaded with all features, and for IPv4 alone; -1: left out */
	const char *live;        /* file of the contenders' links, or NULL: left out */
	const char *fwctl;       /* the binary */
	const char *apply_netns; /* namespace where it is attached, for apply; NULL: left out */
	const char *folder;      /* for files on the way */
};

/* Subjects, or what stands behind "SET, " in theirs, that results are compared with, by name. */
#define SUBJECT_KNOWN      "known flow"
#define SUBJECT_TRACE      "stateless, all headers"
#define SUBJECT_EACH       "stateless, each header repeated"
#define SUBJECT_PEER       "xdp-filter"
#define SUBJECT_PEER_SMALL "xdp-filter, loaded for IPv4 only"

#define SUBJECT_EMPTY      "empty XDP program"
#define SUBJECT_FWCTL      "fwctl"
#define SUBJECT_NFT_LINEAR "nft, rules"
#define SUBJECT_NFT_MAP    "nft, one map"

#define SUBJECT_APPLY    "fwctl apply"
#define SUBJECT_FIRST    "fwctl apply, the first one"
#define SUBJECT_RULE_ADD "fwctl rule add"
#define SUBJECT_LOAD     "load (verifier)"
#define SUBJECT_CORE     "(load of a slot's programs)"
#define SUBJECT_TABLES   "all tables"

/* ClassBench sets, by nominal size. */
#define BENCH_SETS(X) X("acl1") X("fw1") X("ipc1")

/* What a packet costs, by TEST_RUN. 0, or a negative errno with *err. */
int bench_section_packet(const struct bench_options *o, struct bench_results *r, char **err);

/* Packets dropped a second, by fwctl and others: o->live. 0, or a negative errno with *err. */
int bench_section_live(const struct bench_options *o, struct bench_results *r, char **err);

/* Time, memory and the verifier's work of apply. 0, or a negative errno with *err. */
int bench_section_apply(const struct bench_options *o, struct bench_results *r, char **err);

/* Ahead of all other processes that want this CPU, where that is allowed: what others do on the machine is not to be measured. */
enum { BENCH_FIRST = 1 };
void bench_go_first(bool on);

/* Seconds on a clock that only goes forward. */
double bench_seconds(void);

#endif
