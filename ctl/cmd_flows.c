/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl flows: what is in the flow table. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "clock.h"
#include "cmd.h"
#include "droplist.h"
#include "flowfilter.h"
#include "flowlines.h"
#include "ifaces.h"
#include "live.h"
#include "parse.h"
#include "recentrules.h"
#include "rejudge.h"

enum sorting { SORT_FIRST, SORT_BYTES, SORT_PACKETS, SORT_AGE };

struct listing {
	struct cli *cli;
	struct state s;
	struct live_ruleset live;
	struct ruleset rs;
	struct recent_rules past; /* those that dropped packets were judged by */
	struct flow_list flows;
	struct flow_filter filter;
	bool dropped; /* dropped tuples, in the form of flows */
	enum sorting sort;
	size_t limit;
	struct clock_pair clock;
	struct flow_columns columns;
};
enum { WRITE_BYTES = 1 << 16 };

static void listing_free(struct listing *l)
{
	flow_filter_clear(&l->filter);
	flow_list_free(&l->flows);
	recent_rules_free(&l->past);
	ruleset_free(&l->rs);
	live_close(&l->live);
	state_close(&l->s);
}

/* What to sort by, the same for a flow as long as it is not sorted; the smallest first. */
struct place {
	__u64 key;
	size_t at;
};

static __u64 sort_key(const struct listing *l, const struct flow *f)
{
	switch (l->sort) {
	case SORT_BYTES:
		return ~(f->bytes[0] + f->bytes[1]);
	case SORT_PACKETS:
		return ~(f->packets[0] + f->packets[1]);
	case SORT_FIRST:
	case SORT_AGE: /* the oldest first */
		break;
	}
	/* Ticks may have wrapped round, and flows may be from before the clock was read. */
	return f->first.raw - l->clock.ticks.raw + (1ull << 63);
}

static int by_key(const void *x, const void *y)
{
	const struct place *a = (const struct place *)x, *b = (const struct place *)y;

	return a->key != b->key ? (a->key > b->key) - (a->key < b->key) : (a->at > b->at) - (a->at < b->at);
}

/* The places of the flows in the order that is wanted; the caller's to free. */
static struct place *sorted(const struct listing *l)
{
	struct place *v = (struct place *)xcalloc(l->flows.n + 1, sizeof(*v));

	for (size_t i = 0; i < l->flows.n; i++)
		v[i] = (struct place){ sort_key(l, &l->flows.v[i]), i };
	qsort(v, l->flows.n, sizeof(*v), by_key);
	return v;
}

/*
 * Brings the flows to the rules of now. Those that these stop are told as such until the next packet comes. What has been stopped already, by a
 * rule change or at the second hook of one that is forwarded, is dropped traffic, and no flow.
 */
static int rejudge(struct listing *l, char **err)
{
	_cleanup_free_ bool *stopped = (bool *)xcalloc(l->flows.n + 1, sizeof(*stopped));
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < l->flows.n; i++)
		stopped[i] = flow_is_stopped(&l->flows.v[i]);
	rc = flows_rejudge(&l->s, &l->live, &l->rs, &l->flows, err);
	for (size_t i = 0; !rc && i < l->flows.n; i++)
		if (!stopped[i] || !flow_is_stopped(&l->flows.v[i]))
			l->flows.v[n++] = l->flows.v[i];
	l->flows.n = rc ? l->flows.n : n;
	return rc;
}

static void filter_flows(struct listing *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->flows.n; i++)
		if (flow_filter_has(&l->filter, &l->flows.v[i]))
			l->flows.v[n++] = l->flows.v[i];
	l->flows.n = n;
}

/* Id of the ruleset that a dropped packet was judged by. */
static generation_t dropped_ruleset(const struct flow *f) { return f->ruling[flow_ruling_of(f).direction].generation; }

/* It is not the live one any more: its numbers say nothing of today's. */
static bool is_of_old_rules(const struct listing *l, const struct flow *f)
{
	return l->dropped && dropped_ruleset(f).raw != l->live.info.id;
}

/* NULL where they are not kept any more. */
static const struct ruleset *old_rules(struct listing *l, const struct flow *f)
{
	l->past.s = &l->s;
	if (!l->past.live)
		(void)recent_rules_look(&l->past);
	return recent_rules_of(&l->past, dropped_ruleset(f));
}

static void print_json(struct listing *l, struct json *j, const struct flow_context *x, const struct flow *f)
{
	json_object(j);
	flow_json_members(j, x, f);
	if (l->dropped) {
		json_key_string(j, "reason", reason_text(dropped_reason(f)));
		json_key_string(j, "interface", l->s.names[dropped_iface(f).raw].name);
		json_key_uint(j, "ruleset", dropped_ruleset(f).raw);
	}
	json_end_object(j);
}

static void print_row(struct listing *l, struct strbuf *out, const struct flow_context *x, const struct flow *f)
{
	struct flow_ruling ruling = flow_ruling_of(f);
	char note[48] = "";

	if (is_of_old_rules(l, f))
		snprintf(note, sizeof(note), ruling.rule ? " of ruleset %u" : " (ruleset %u)", dropped_ruleset(f).raw);
	else if (l->dropped ? ruling.verdict == VERDICT_REJECT : ruling.verdict != VERDICT_PASS)
		snprintf(note, sizeof(note), l->dropped ? " (%s)" : " (now %s)", verdict_text(ruling.verdict));
	flow_line(out, x, &l->columns, &(struct flow_row){ f, l->dropped ? reason_text(dropped_reason(f)) : NULL, note });
}

/* What has been put together goes out, when it is enough or all; false when nobody takes it. */
static bool write_out(struct strbuf *b, size_t enough)
{
	bool taken = b->len < enough || !b->len || fwrite(b->str, b->len, 1, stdout) == 1;

	if (b->len >= enough)
		b->len = 0;
	return taken;
}

static void print_all(struct listing *l, const struct place *order, struct json *j, struct strbuf *b)
{
	struct flow_context context;

	flow_context_live(&context, &l->clock, &l->rs);
	for (size_t i = 0; i < l->flows.n && i < l->limit && write_out(b, WRITE_BYTES); i++) {
		const struct flow *f = &l->flows.v[order[i].at];

		context.rules = is_of_old_rules(l, f) ? old_rules(l, f) : &l->rs;
		if (l->cli->json)
			print_json(l, j, &context, f);
		else
			print_row(l, b, &context, f);
	}
}

static int print_flows(struct listing *l)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	_cleanup_free_ struct place *order = sorted(l);
	struct json j;

	if (l->cli->json) {
		json_init(&j, &b);
		json_object(&j);
		json_key(&j, "flows");
		json_array(&j);
	} else {
		flow_heading(&b, &l->columns, l->dropped ? "REASON" : "STATE");
	}
	print_all(l, order, &j, &b);
	if (l->cli->json) {
		json_end_array(&j);
		json_end_object(&j);
		json_done(&j);
		strbuf_add_bytes(&b, "\n", 1);
	}
	(void)write_out(&b, 1);
	return EXIT_DONE;
}

/* As wide as the terminal; where there is none, or COLUMNS says 0, as wide as it needs to be. */
static struct flow_columns columns_of_output(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w = { .ws_col = 0 };
	unsigned long n = columns ? strtoul(columns, NULL, 10) : 0;

	if (!columns && isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
		n = w.ws_col;
	return n && n < 1000 ? flow_columns_fit((unsigned int)n) : flow_columns_wide();
}

static int parse_sort(struct listing *l, const char *key)
{
	static const struct {
		const char *name;
		enum sorting key;
	} keys[] = {
		{ "bytes", SORT_BYTES },
		{ "packets", SORT_PACKETS },
		{ "age", SORT_AGE },
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
	const struct cli_option options[] = {
		{ "sort", NULL, &sort }, { "limit", NULL, &limit }, { "dropped", &l.dropped, NULL }, { NULL, NULL, NULL }
	};
	_cleanup_free_ char *note = NULL;
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
	rc = clock_get(l.s.maps.fw_clock, &l.clock);
	if (!rc && l.dropped)
		rc = drop_list_read(&l.s, &l.flows);
	if (rc)
		return cli_fail(xasprintf("dropped packets: %s", strerror(-rc)));
	if (!l.dropped && flow_list_read(&l.s, &l.flows, NULL, &err))
		return cli_fail(err);
	if (!l.dropped && rejudge(&l, &err))
		return cli_fail(err);
	if (flow_filter_ifaces(&l.filter, &l.flows, &note, &err))
		return cli_fail(err);
	if (note)
		cli_note(cli, "%s", note);
	filter_flows(&l);
	l.columns = columns_of_output();
	return print_flows(&l);
}
