/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include "../ctl/json.h"
#include "bench_report.h"

#define FLAT_WITHIN 1.25 /* known flow at most so much slower at the most rules than at one */

/* The first case of a kind, or NULL. */
static const struct bench_case *find(const struct bench_case *v, size_t n, enum bench_kind kind)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == kind)
			return &v[i];
	return NULL;
}

static double ratio(const struct bench_case *c, const struct bench_case *to, size_t rounds)
{
	double v[BENCH_ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++)
		v[i] = c->net[i] / to->net[i];
	return bench_quantile(v, rounds, 0.5);
}

void bench_results(const struct bench_case *v, size_t n, size_t rounds, struct bench_result *out)
{
	const struct bench_case *peer = find(v, n, CASE_PEER);

	for (size_t i = 0; i < n; i++) {
		const struct bench_case *one = find(v, n, v[i].kind);
		double net[BENCH_ROUNDS_MAX];

		memcpy(net, v[i].net, sizeof(net));
		out[i] = (struct bench_result){
			.kind = v[i].kind,
			.rules = v[i].rs->rules,
			.net = bench_quantile(net, rounds, 0.5),
			.quarter = bench_quantile(net, rounds, 0.25),
			.three_quarters = bench_quantile(net, rounds, 0.75),
			.of_one_rule = one->rs->rules == 1 ? ratio(&v[i], one, rounds) : 0,
			.of_peer = peer ? ratio(&v[i], peer, rounds) : 0,
		};
	}
}

static void print_ratio(double r)
{
	if (r > 0)
		printf(" %12.2f", r);
	else
		printf(" %12s", "-");
}

void bench_print(const struct bench_result *v, size_t n)
{
	printf("%-28s %7s %8s %17s %12s %12s\n", "ns a packet, net", "rules", "median", "quartiles", "/ xdp-filter", "/ 1 rule");
	for (size_t i = 0; i < n; i++) {
		const struct bench_result *r = &v[i];

		if (r->kind == CASE_PEER)
			printf("%-28s %7s", bench_kind_text(r->kind), "");
		else
			printf("%-28s %7zu", bench_kind_text(r->kind), r->rules);
		printf(" %8.1f %7.1f to %6.1f", r->net, r->quarter, r->three_quarters);
		print_ratio(r->of_peer);
		print_ratio(r->kind == CASE_PEER ? 0 : r->of_one_rule);
		printf("\n");
	}
}

static void json_number(struct json *j, const char *key, double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", v);
	json_key(j, key);
	json_raw(j, text);
}

int bench_write_json(const char *path, const struct bench_result *v, size_t n, size_t rounds)
{
	_cleanup_strbuf_ struct strbuf out = { .str = NULL };
	struct utsname u = { .release = "" };
	struct json j;
	FILE *f;

	uname(&u);
	json_init(&j, &out);
	json_object(&j);
	json_key_string(&j, "kernel", u.release);
	json_key_uint(&j, "rounds", rounds);
	json_key(&j, "results");
	json_array(&j);
	for (size_t i = 0; i < n; i++) {
		json_object(&j);
		json_key_string(&j, "case", bench_kind_text(v[i].kind));
		json_key_uint(&j, "rules", v[i].kind == CASE_PEER ? 0 : v[i].rules);
		json_number(&j, "net_ns", v[i].net);
		json_number(&j, "quarter_ns", v[i].quarter);
		json_number(&j, "three_quarters_ns", v[i].three_quarters);
		if (v[i].of_peer > 0)
			json_number(&j, "ratio_to_xdp_filter", v[i].of_peer);
		if (v[i].of_one_rule > 0)
			json_number(&j, "ratio_to_one_rule", v[i].of_one_rule);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	json_done(&j);
	f = fopen(path, "w");
	if (!f)
		return -errno;
	fprintf(f, "%s\n", out.str);
	return fclose(f) ? -errno : 0;
}

static bool require(bool met, const char *what, double is, double limit)
{
	printf("%s: %s: %.2f, required at most %.2f\n", met ? "ok" : "MISSED", what, is, limit);
	return met;
}

bool bench_check(const struct bench_result *v, size_t n)
{
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n || v[i + 1].kind != v[i].kind;

		if ((v[i].kind != CASE_KNOWN && v[i].kind != CASE_KNOWN_OUT) || !last)
			continue;
		ok &= require(v[i].of_one_rule <= FLAT_WITHIN, bench_kind_text(v[i].kind), v[i].of_one_rule, FLAT_WITHIN);
		if (v[i].kind == CASE_KNOWN && v[i].of_peer > 0)
			ok &= require(v[i].of_peer < 1, "known flow to xdp-filter", v[i].of_peer, 1);
	}
	return ok;
}
