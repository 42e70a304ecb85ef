/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl flows: what is in the flow table. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "flowfilter.h"
#include "flowlist.h"
#include "flowview.h"
#include "ifaces.h"
#include "live.h"
#include "parse.h"
#include "rejudge.h"

enum sort_key { SORT_FIRST, SORT_BYTES, SORT_PACKETS, SORT_AGE };

struct listing {
	struct cli *cli;
	struct state s;
	struct live_ruleset live;
	struct ruleset rs;
	struct flow_list flows;
	struct flow_filter filter;
	enum sort_key sort;
	size_t limit;
};

static void listing_free(struct listing *l)
{
	flow_filter_clear(&l->filter);
	flow_list_free(&l->flows);
	ruleset_free(&l->rs);
	live_close(&l->live);
	state_close(&l->s);
}

static int descending(__u64 a, __u64 b) { return (a < b) - (a > b); }

static int by_first(const void *x, const void *y)
{
	return -descending(((const struct flow *)x)->first.raw, ((const struct flow *)y)->first.raw);
}

static int by_bytes(const void *x, const void *y)
{
	const struct flow *a = (const struct flow *)x, *b = (const struct flow *)y;

	return descending(a->bytes[0] + a->bytes[1], b->bytes[0] + b->bytes[1]);
}

static int by_packets(const void *x, const void *y)
{
	const struct flow *a = (const struct flow *)x, *b = (const struct flow *)y;

	return descending(a->packets[0] + a->packets[1], b->packets[0] + b->packets[1]);
}

static void sort_flows(struct listing *l)
{
	int (*order)(const void *, const void *) = by_first;

	switch (l->sort) {
	case SORT_BYTES:
		order = by_bytes;
		break;
	case SORT_PACKETS:
		order = by_packets;
		break;
	case SORT_FIRST:
	case SORT_AGE: /* the oldest first */
		break;
	}
	if (l->flows.n)
		qsort(l->flows.v, l->flows.n, sizeof(l->flows.v[0]), order);
}

static void filter_flows(struct listing *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->flows.n; i++)
		if (flow_filter_has(&l->filter, &l->flows.v[i]))
			l->flows.v[n++] = l->flows.v[i];
	l->flows.n = n;
}

static int print_flows(const struct listing *l)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct flow_context context;
	struct clock_pair clock;
	struct json j;
	int rc = fw_clock_get(l->s.maps.fw_clock, &clock);

	if (rc)
		return cli_fail(xasprintf("clock: %s", strerror(-rc)));
	flow_context_live(&context, &clock, &l->rs);
	if (l->cli->json) {
		json_init(&j, &b);
		json_object(&j);
		json_key(&j, "flows");
		json_array(&j);
	} else {
		flow_heading(&b);
	}
	for (size_t i = 0; i < l->flows.n && i < l->limit; i++) {
		if (l->cli->json)
			flow_json(&j, &context, &l->flows.v[i]);
		else
			flow_line(&b, &context, &l->flows.v[i]);
	}
	if (l->cli->json) {
		json_end_array(&j);
		json_end_object(&j);
		json_done(&j);
		strbuf_add(&b, "\n");
	}
	fputs(b.str, stdout);
	return EXIT_DONE;
}

static int parse_sort(struct listing *l, const char *key)
{
	static const struct { const char *name; enum sort_key key; } keys[] = {
		{ "bytes", SORT_BYTES }, { "packets", SORT_PACKETS }, { "age", SORT_AGE },
	};

	for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
		if (!strcmp(keys[i].name, key)) {
			l->sort = keys[i].key;
			return 0;
		}
	return cli_wrong(l->cli, "--sort: '%s' is not bytes, packets or age", key);
}

static int parse_limit(struct listing *l, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || text[0] < '0' || text[0] > '9')
		return cli_wrong(l->cli, "--limit: '%s' is not a number", text);
	l->limit = n;
	return 0;
}

static int parse_filter(struct listing *l, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	int status = 0;

	args_text(argc, argv, &text);
	l->filter = (struct flow_filter){ .s = &l->s, .live = &l->live, .rs = &l->rs };
	if (flow_filter_parse(&l->filter, text.str, &d))
		status = cli_diag(&d);
	diag_free(&d);
	return status;
}

int cmd_flows(struct cli *cli, int argc, char **argv)
{
	_cleanup_(listing_free) struct listing l = { .cli = cli, .s = state_none(), .live = live_none(), .limit = SIZE_MAX };
	const char *sort = NULL, *limit = NULL;
	const struct cli_option options[] = { { "sort", NULL, &sort }, { "limit", NULL, &limit }, { NULL, NULL, NULL } };
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	status = sort ? parse_sort(&l, sort) : 0;
	status = status ?: (limit ? parse_limit(&l, limit) : 0);
	status = status ?: cli_state(cli, &l.s, 0, 0);
	if (status)
		return status;
	if (live_open(&l.s, &l.live, &err) || live_parse(&l.live, &l.rs, &err))
		return cli_fail(err);
	status = argc ? parse_filter(&l, argc, argv) : 0;
	if (status)
		return status;
	rc = flow_list_read(&l.s, &l.flows, NULL);
	if (rc)
		return cli_fail(xasprintf("flow table: %s", strerror(-rc)));
	if (flows_rejudge(&l.s, &l.live, &l.rs, &l.flows, &err))
		return cli_fail(err);
	filter_flows(&l);
	sort_flows(&l);
	return print_flows(&l);
}
