/* SPDX-License-Identifier: GPL-2.0 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/util.h"
#include "bench_results.h"

void bench_results_free(struct bench_results *r)
{
	free(r->v);
	*r = (struct bench_results){ .n = 0 };
}

static struct bench_series *find(const struct bench_results *r, enum bench_topic topic, const char *subject, size_t rules)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].topic == topic && r->v[i].rules == rules && !strcmp(r->v[i].subject, subject))
			return &r->v[i];
	return NULL;
}

void bench_add(struct bench_results *r, enum bench_topic topic, const char *subject, size_t rules, double value)
{
	struct bench_series *s = find(r, topic, subject, rules);

	if (!s) {
		GROW(r->v, r->n, r->cap);
		s = &r->v[r->n++];
		*s = (struct bench_series){ .topic = topic, .rules = rules };
		assert(strlen(subject) < sizeof(s->subject));
		strcpy(s->subject, subject);
	}
	assert(s->n < BENCH_ROUNDS_MAX);
	s->v[s->n++] = value;
}

const struct bench_series *bench_find(const struct bench_results *r, enum bench_topic topic, const char *subject, size_t rules)
{
	return find(r, topic, subject, rules);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(double *v, size_t n, double part)
{
	double at = part * (double)(n - 1);
	size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;

	qsort(v, n, sizeof(*v), by_value);
	return v[below] + (v[above] - v[below]) * (at - (double)below);
}

double bench_quantile(const struct bench_series *s, double part)
{
	double v[BENCH_ROUNDS_MAX];

	memcpy(v, s->v, sizeof(v));
	return quantile(v, s->n, part);
}

double bench_ratio(const struct bench_series *a, const struct bench_series *b)
{
	double v[BENCH_ROUNDS_MAX];

	if (!a || !b || a->n != b->n)
		return 0;
	for (size_t i = 0; i < a->n; i++)
		v[i] = a->v[i] / b->v[i];
	return quantile(v, a->n, 0.5);
}
