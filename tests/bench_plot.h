/* SPDX-License-Identifier: GPL-2.0 */
/* The results as a picture. */
#ifndef FW_TESTS_BENCH_PLOT_H
#define FW_TESTS_BENCH_PLOT_H

#include <stdio.h>
#include "bench_results.h"

/* An SVG document: a panel for each topic that was measured, values over the number of rules, both axes logarithmic. */
void bench_plot(const struct bench_results *r, FILE *f);

#endif
