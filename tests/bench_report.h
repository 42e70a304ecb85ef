/* SPDX-License-Identifier: GPL-2.0 */
/* The results as tables (terminal, Markdown), as JSON, and held against what is required. */
#ifndef FW_TESTS_BENCH_REPORT_H
#define FW_TESTS_BENCH_REPORT_H

#include <stdio.h>
#include "bench_results.h"

/* A table a topic: a row a subject, a column a number of rules. */
enum bench_format { BENCH_TERMINAL, BENCH_MARKDOWN };
void bench_tables(const struct bench_results *r, enum bench_format format, FILE *f);

/* All series with their quartiles. */
void bench_json(const struct bench_results *r, FILE *f);

/* A line for each requirement on these parts (BENCH_*); false when one was missed. */
bool bench_require(const struct bench_results *r, unsigned int parts, FILE *f);

#endif
