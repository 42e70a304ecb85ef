/* SPDX-License-Identifier: GPL-2.0 */
/* The measurements as a table for the terminal and as JSON, and whether they are what is required. */
#ifndef FW_TESTS_BENCH_REPORT_H
#define FW_TESTS_BENCH_REPORT_H

#include "bench_measure.h"

/* Of a case: ns a packet over an empty program, median and quartiles of the rounds; ratios, 0 where there are none. */
struct bench_result {
	enum bench_kind kind;
	size_t rules;
	double net, quarter, three_quarters;
	double of_peer;     /* to xdp-filter's net */
	double of_one_rule; /* to that of the same kind at 1 rule */
};

/* The results of n cases after so many rounds; cases of one kind stand in order of rules. */
void bench_results(const struct bench_case *v, size_t n, size_t rounds, struct bench_result *out);

void bench_print(const struct bench_result *v, size_t n);

/* 0, or a negative errno. */
int bench_write_json(const char *path, const struct bench_result *v, size_t n, size_t rounds);

/* Prints a line for each requirement; false when one is missed. */
bool bench_check(const struct bench_result *v, size_t n);

#endif
