/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmark measured: series of one value a round, by topic, subject and number of rules. Values of one round were taken
 * side by side, so that ratios are of the same round; what is reported are medians over the rounds.
 */
#ifndef FW_TESTS_BENCH_RESULTS_H
#define FW_TESTS_BENCH_RESULTS_H

#include <stddef.h>
#include "../shared/types.h"

/* Each with the unit of its values. */
#define BENCH_TOPICS(X)                                         \
	X(TOPIC_PACKET, "ns a packet, net of an empty program") \
	X(TOPIC_LIVE, "packets dropped a second")               \
	X(TOPIC_APPLY, "ms")                                    \
	X(TOPIC_MEMORY, "bytes of tables")                      \
	X(TOPIC_VERIFIED, "instructions processed by the verifier")
FW_ENUM(bench_topic, BENCH_TOPICS, BENCH_TOPIC_COUNT)
FW_ENUM_TEXT(bench_topic, BENCH_TOPICS)

enum { BENCH_ROUNDS_MAX = 64, BENCH_SUBJECT_MAX = 48 };
struct bench_series {
	enum bench_topic topic;
	char subject[BENCH_SUBJECT_MAX];
	size_t rules; /* nominal, as the tables' columns have it */
	size_t n;
	double v[BENCH_ROUNDS_MAX]; /* by round */
};

/* Zero-initialise; series in order of their first values, owned by the struct. */
struct bench_results {
	struct bench_series *v;
	size_t n, cap;
	size_t headers[FAMILY_COUNT]; /* of ClassBench: each got its rule and verdict */
};
void bench_results_free(struct bench_results *r);

/* The value of the series' next round. Values beyond the rounds that there is room for are an error of the program. */
void bench_add(struct bench_results *r, enum bench_topic topic, const char *subject, size_t rules, double value);

/* NULL where there is none. */
const struct bench_series *bench_find(const struct bench_results *r, enum bench_topic topic, const char *subject, size_t rules);

/* The value at this part (0 to 1) of all in order. */
double bench_quantile(const struct bench_series *s, double part);
static inline double bench_median(const struct bench_series *s) { return bench_quantile(s, 0.5); }

/* Median over the rounds of a's value by b's; 0 where there is no b or it was not measured in the same rounds. */
double bench_ratio(const struct bench_series *a, const struct bench_series *b);

#endif
