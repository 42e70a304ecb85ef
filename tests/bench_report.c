/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include "../ctl/json.h"
#include "../ctl/util.h"
#include "bench_report.h"
#include "bench_sections.h"

enum { COLUMNS_MAX = 16 };

/* The columns of a topic: the sizes that occur, in order. */
static size_t columns_of(const struct bench_results *r, enum bench_topic topic, size_t columns[COLUMNS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t at = 0;

		if (r->v[i].topic != topic)
			continue;
		while (at < n && columns[at] < r->v[i].rules)
			at++;
		if ((at < n && columns[at] == r->v[i].rules) || n == COLUMNS_MAX)
			continue;
		memmove(&columns[at + 1], &columns[at], (n++ - at) * sizeof(*columns));
		columns[at] = r->v[i].rules;
	}
	return n;
}

/* 12,345 */
static const char *grouped(double v, char text[32])
{
	char digits[24];
	size_t n, out = 0;

	snprintf(digits, sizeof(digits), "%.0f", v);
	n = strlen(digits);
	for (size_t i = 0; i < n; i++) {
		if (i && digits[0] != '-' && (n - i) % 3 == 0)
			text[out++] = ',';
		text[out++] = digits[i];
	}
	text[out] = '\0';
	return text;
}

static const char *value_text(enum bench_topic topic, double v, char text[32])
{
	switch (topic) {
	case TOPIC_PACKET:
	case TOPIC_APPLY:
		snprintf(text, 32, "%.1f", v);
		return text;
	case TOPIC_LIVE:
	case TOPIC_MEMORY:
	case TOPIC_VERIFIED:
		break;
	}
	return grouped(v, text);
}

static void print_head(enum bench_topic topic, const size_t *columns, size_t n, enum bench_format format, FILE *f)
{
	char text[32];

	fprintf(f, format == BENCH_MARKDOWN ? "\n| %s, at rules |" : "\n%-40s", bench_topic_text(topic));
	for (size_t i = 0; i < n; i++)
		fprintf(f, format == BENCH_MARKDOWN ? " %s |" : " %11s", grouped((double)columns[i], text));
	fprintf(f, "\n");
	if (format != BENCH_MARKDOWN)
		return;
	fprintf(f, "| --- |");
	for (size_t i = 0; i < n; i++)
		fprintf(f, " ---: |");
	fprintf(f, "\n");
}

static void print_row(const struct bench_results *r, const struct bench_series *first, const size_t *columns, size_t n,
		      enum bench_format format, FILE *f)
{
	fprintf(f, format == BENCH_MARKDOWN ? "| %s |" : "%-40s", first->subject);
	for (size_t i = 0; i < n; i++) {
		const struct bench_series *s = bench_find(r, first->topic, first->subject, columns[i]);
		char text[32] = "";

		if (s)
			value_text(s->topic, bench_median(s), text);
		fprintf(f, format == BENCH_MARKDOWN ? " %s |" : " %11s", text);
	}
	fprintf(f, "\n");
}

static bool is_first(const struct bench_results *r, size_t i, bool (*alike)(const char *a, const char *b))
{
	for (size_t k = 0; k < i; k++)
		if (r->v[k].topic == r->v[i].topic && alike(r->v[k].subject, r->v[i].subject))
			return false;
	return true;
}

static bool same_subject(const char *a, const char *b) { return !strcmp(a, b); }

/* Subjects alike up to the comma stand together. */
static bool same_group(const char *a, const char *b)
{
	size_t n = strcspn(a, ",");

	return n == strcspn(b, ",") && !strncmp(a, b, n);
}

static void print_group(const struct bench_results *r, size_t first, const size_t *columns, size_t n, enum bench_format format,
			FILE *f)
{
	for (size_t i = first; i < r->n; i++)
		if (r->v[i].topic == r->v[first].topic && same_group(r->v[i].subject, r->v[first].subject) &&
		    is_first(r, i, same_subject))
			print_row(r, &r->v[i], columns, n, format, f);
}

void bench_tables(const struct bench_results *r, enum bench_format format, FILE *f)
{
	for (int t = 0; t < BENCH_TOPIC_COUNT; t++) {
		enum bench_topic topic = (enum bench_topic)t;
		size_t columns[COLUMNS_MAX], n = columns_of(r, topic, columns);

		if (!n)
			continue;
		print_head(topic, columns, n, format, f);
		for (size_t i = 0; i < r->n; i++)
			if (r->v[i].topic == topic && is_first(r, i, same_group))
				print_group(r, i, columns, n, format, f);
	}
}

static void json_number(struct json *j, const char *key, double v)
{
	char text[64];

	snprintf(text, sizeof(text), "%.3f", v);
	json_key(j, key);
	json_raw(j, text);
}

static void json_series(struct json *j, const struct bench_series *s)
{
	json_object(j);
	json_key_string(j, "unit", bench_topic_text(s->topic));
	json_key_string(j, "subject", s->subject);
	json_key_uint(j, "rules", s->rules);
	json_key_uint(j, "rounds", s->n);
	json_number(j, "median", bench_median(s));
	json_number(j, "quarter", bench_quantile(s, 0.25));
	json_number(j, "three_quarters", bench_quantile(s, 0.75));
	json_end_object(j);
}

void bench_json(const struct bench_results *r, FILE *f)
{
	_cleanup_strbuf_ struct strbuf out = { .str = NULL };
	struct utsname u = { .release = "" };
	struct json j;

	uname(&u);
	json_init(&j, &out);
	json_object(&j);
	json_key_string(&j, "version", FWCTL_VERSION);
	json_key_string(&j, "kernel", u.release);
	json_key(&j, "results");
	json_array(&j);
	for (size_t i = 0; i < r->n; i++)
		json_series(&j, &r->v[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_done(&j);
	fprintf(f, "%s\n", out.str);
}
