/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl explain: which rule decides a packet, and why. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "cmd.h"
#include "explain.h"
#include "flowlist.h"
#include "flowview.h"
#include "ifaces.h"
#include "live.h"
#include "nearmiss.h"
#include "parse.h"
#include "print.h"
#include "sets.h"

#define IMAGE_NAME(id, name) name,
enum { CLOSE_FAILS = 2 }; /* a rule came close when at most so many of its fields failed */

struct inquiry {
	struct cli *cli;
	const char *file; /* --rules; NULL: the live ruleset */
	struct state s;
	struct live_ruleset live;
	struct ruleset rs;
	struct linear_sets sets;
	struct explainer *explainer;
	struct probe probe;
	struct strbuf packet, assumed;
	struct explanation by_rules;
	bool flow_found, flow_decides;
	struct flow flow;
	struct explanation by_flow;
};

static void inquiry_free(struct inquiry *q)
{
	explain_close(q->explainer);
	strbuf_free(&q->packet);
	strbuf_free(&q->assumed);
	ruleset_free(&q->rs);
	live_close(&q->live);
	state_close(&q->s);
}

static bool in_live_set(void *arg, size_t set, enum family family, const addr_t *a)
{
	const struct inquiry *q = (const struct inquiry *)arg;

	return set < q->live.info.sets && set_contains(&q->s.maps, q->live.info.set[set], q->rs.sets[set].type, family, a);
}

static int open_rules(struct inquiry *q)
{
	char *err = NULL;
	int status = q->file ? cli_ruleset(q->cli, q->file, &q->rs) : cli_state(q->cli, &q->s, 0, 0);

	if (!status && !q->file && (live_open(&q->s, &q->live, &err) || live_parse(&q->live, &q->rs, &err)))
		return cli_fail(err);
	q->sets = (struct linear_sets){ in_live_set, q };
	if (!status && explain_open(&q->rs, q->file ? NULL : &q->sets, &q->explainer, &err)) {
		cli_fail(err);
		return EXIT_WRONG;
	}
	return status;
}

static int read_packet(struct inquiry *q, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct rule r;
	char *err = NULL;
	int status = 0;

	args_text(argc, argv, &text);
	if (rulelike_parse("packet", text.str, text.len, &q->rs, &r, &d)) {
		status = cli_diag(&d);
	} else {
		if (probe_of_rule(&r, &q->probe, &q->assumed, &err)) {
			cli_fail(err);
			status = EXIT_WRONG;
		}
		rule_free(&r);
	}
	diag_free(&d);
	if (!status)
		probe_print(&q->probe, &q->packet);
	return status;
}

/*
 * The live rules know a renamed interface by the name that it had: they are asked by that one. One that neither they nor the network
 * namespace know may be misspelt.
 */
static void ask_by_known_name(struct inquiry *q)
{
	const char *known = iface_known_as(&q->s, q->probe.iface);
	iface_id_t id;

	if (!if_nametoindex(known) && iface_id(&q->s, known, false, &id))
		cli_note(q->cli, "there is no interface %s now", known);
	if (!strcmp(known, q->probe.iface))
		return;
	cli_note(q->cli,
		 "%s is %s to the live rules, its name when they were applied or it was attached (fwctl attach %s tells the new "
		 "one)",
		 q->probe.iface, known, q->probe.iface);
	memcpy(q->probe.iface, known, strlen(known) + 1);
}

/* --- the flow table ------------------------------------------------------------------------------- */

static const char *name_of_iface(void *arg, iface_id_t id)
{
	const struct inquiry *q = (const struct inquiry *)arg;
	const char *name = iface_name_of(&q->s, id);

	return name[0] ? name : NULL;
}

static generation_t generation_of_rules(const struct inquiry *q)
{
	generation_t now = { q->live.info.id };

	(void)live_generation(&q->live, &now);
	return now;
}

static int ask_flows(struct inquiry *q)
{
	_cleanup_flow_list_ struct flow_list flows = { NULL, 0, 0 };
	struct explain_flow f = { .flow = &q->flow,
				  .generation = generation_of_rules(q),
				  .if_bound = q->rs.options.if_bound,
				  .direction = q->probe.direction,
				  .iface_name = name_of_iface,
				  .arg = q };
	char *err = NULL;
	int rc;

	if (flow_list_read(&q->s, &flows, NULL, &err))
		return cli_fail(err);
	if (probe_iface(&q->probe))
		(void)iface_id(&q->s, q->probe.iface, false, &f.iface);
	for (size_t i = 0; i < flows.n && !q->flow_found; i++)
		if (explain_is_of_flow(&q->probe, &flows.v[i])) {
			q->flow = flows.v[i];
			q->flow_found = true;
		}
	rc = q->flow_found ? explain_by_flow(q->explainer, &q->probe, &f, &q->by_flow, &err) : 0;
	if (rc < 0)
		return cli_fail(err);
	q->flow_decides = rc == 1;
	return 0;
}

/* --- output --------------------------------------------------------------------------------------- */

static __u32 number_of(rule_id_t r) { return rule_is_none(r) ? 0 : r.raw + 1; }

static void rule_text(const struct inquiry *q, rule_id_t r, struct strbuf *out) { rule_print(&q->rs, &q->rs.rules[r.raw], out); }

/* Does a rule of the packet's direction ask for this set on this side? */
static bool asks_for_set(const struct inquiry *q, size_t set, bool dst)
{
	for (size_t i = 0; i < q->rs.nrules; i++) {
		const struct rule *r = &q->rs.rules[i];
		const struct endpoint *e = dst ? &r->to : &r->from;

		if (r->direction == q->probe.direction && e->addr.set == (int)set)
			return true;
	}
	return false;
}

/* Which earlier rules came close; *fails is the number of fields, *field the first. */
static bool came_close(const struct inquiry *q, size_t i, unsigned int *fails, const char **field)
{
	if (!q->by_rules.by_rules || (!rule_is_none(q->by_rules.rule) && i >= q->by_rules.rule.raw) ||
	    q->rs.rules[i].direction != q->probe.direction)
		return false;
	*fails = fields_failed(&q->rs, q->file ? NULL : &q->sets, &q->rs.rules[i], &q->probe, field);
	return *fails && *fails <= CLOSE_FAILS;
}

/* `pass by rule 3`, `drop by default`, `pass (nd)` */
static void print_verdict(const char *word, enum direction d, const struct explanation *x)
{
	printf("%s%s", word, verdict_text(x->verdict));
	if (!rule_is_none(x->rule))
		printf(" by rule %u", number_of(x->rule));
	else if (x->reason == REASON_DEFAULT || x->reason == REASON_FRAGMENT || x->reason == REASON_STATE)
		printf(" by `default %s`", direction_text(d));
	printf(" (%s%s)\n", reason_text(x->reason),
	       x->by_rules && x->verdict == VERDICT_PASS && x->stateless ? ", stateless" : "");
}

static void print_path(const struct inquiry *q)
{
	static const char *const names[IMAGE_COUNT] = { FW_IMAGES(IMAGE_NAME) };

	if (!q->by_rules.by_rules) {
		printf("path: %s\n", q->by_rules.reason == REASON_ND ? "neighbour discovery passes ahead of the rules"
								     : "too short for its headers: `default malformed` decides");
		return;
	}
	printf("path: rules");
	for (unsigned int i = 0; i < IMAGE_COUNT; i++) {
		printf("%s %s: ", i ? "," : "", names[i]);
		if (rule_is_none(q->by_rules.image[i]))
			printf("none");
		else
			printf("rule %u", number_of(q->by_rules.image[i]));
	}
	printf(rule_is_none(q->by_rules.rule) ? "; then the default\n" : "; the first decides\n");
	for (size_t i = 0; i < q->rs.nsets; i++)
		for (int dst = 0; dst < 2; dst++)
			if (asks_for_set(q, i, dst))
				printf("set: the %s is %sin @%s\n", dst ? "destination" : "source",
				       explain_in_set(q->explainer, &q->probe, i, dst) ? "" : "not ", q->rs.sets[i].name);
}

static void print_flow(const struct inquiry *q)
{
	if (q->file)
		return;
	if (!q->flow_found) {
		printf("flow: none is live\n");
		return;
	}
	printf("flow: live, %s; ", flow_state_text((enum flow_state)q->flow.state));
	if (q->flow_decides)
		print_verdict("it decides instead: ", q->probe.direction, &q->by_flow);
	else
		printf("it does not decide this packet\n");
}

static void print_close(const struct inquiry *q)
{
	for (size_t i = 0; i < q->rs.nrules; i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		unsigned int fails;
		const char *field;

		if (!came_close(q, i, &fails, &field))
			continue;
		rule_text(q, (rule_id_t){ (__u32)i }, &text);
		printf("close: rule %zu fails by %s%s: %s\n", i + 1, field, fails > 1 ? " and another field" : "", text.str);
	}
}

static void print_text(const struct inquiry *q)
{
	printf("packet: %s\n", q->packet.str);
	if (q->assumed.len)
		printf("assumed: %s\n", q->assumed.str);
	print_verdict("verdict: ", q->probe.direction, &q->by_rules);
	if (!rule_is_none(q->by_rules.rule)) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

		rule_text(q, q->by_rules.rule, &text);
		if (q->file)
			printf("rule: %s:%u: %s\n", q->file, q->rs.rules[q->by_rules.rule.raw].loc.line, text.str);
		else
			printf("rule: %s\n", text.str);
	}
	print_path(q);
	print_flow(q);
	if (q->cli->verbose)
		print_close(q);
}

static void json_explanation(struct json *j, const struct inquiry *q, const struct explanation *x)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	if (!rule_is_none(x->rule))
		rule_text(q, x->rule, &text);
	json_key_string(j, "verdict", verdict_text(x->verdict));
	json_key_uint(j, "rule", number_of(x->rule));
	json_key_string(j, "label", rule_is_none(x->rule) ? "" : q->rs.rules[x->rule.raw].label);
	json_key_string(j, "reason", reason_text(x->reason));
	json_key_bool(j, "stateless", x->stateless);
	json_key_string(j, "text", text.str ? text.str : "");
}

static void json_step(struct json *j, const char *step, __u32 rule)
{
	json_object(j);
	json_key_string(j, "step", step);
	json_key_uint(j, "rule", rule);
	json_end_object(j);
}

static void json_path(struct json *j, const struct inquiry *q)
{
	static const char *const names[IMAGE_COUNT] = { FW_IMAGES(IMAGE_NAME) };
	const struct explanation *x = &q->by_rules;

	json_key(j, "path");
	json_array(j);
	for (size_t i = 0; x->by_rules && i < q->rs.nsets; i++)
		for (int dst = 0; dst < 2; dst++) {
			if (!asks_for_set(q, i, dst))
				continue;
			json_object(j);
			json_key_string(j, "step", "set");
			json_key_string(j, "name", q->rs.sets[i].name);
			json_key_string(j, "side", dst ? "destination" : "source");
			json_key_bool(j, "in", explain_in_set(q->explainer, &q->probe, i, dst));
			json_end_object(j);
		}
	for (unsigned int i = 0; x->by_rules && i < IMAGE_COUNT; i++)
		json_step(j, names[i], number_of(x->image[i]));
	if (!x->by_rules || rule_is_none(x->rule))
		json_step(j, reason_text(x->reason), 0);
	json_end_array(j);
}

static int json_flow(struct json *j, const struct inquiry *q)
{
	struct flow_context context;
	struct clock_pair clock;
	int rc = q->flow_found ? clock_get(q->s.maps.fw_clock, &clock) : 0;

	if (rc)
		return cli_fail(xasprintf("clock: %s", strerror(-rc)));
	json_key(j, "flow");
	if (!q->flow_found) {
		json_null(j);
		return 0;
	}
	flow_context_live(&context, &clock, &q->rs);
	flow_json(j, &context, &q->flow);
	json_key(j, "by_flow");
	if (q->flow_decides) {
		json_object(j);
		json_explanation(j, q, &q->by_flow);
		json_end_object(j);
	} else {
		json_null(j);
	}
	return 0;
}

static void json_close(struct json *j, const struct inquiry *q)
{
	json_key(j, "close");
	json_array(j);
	for (size_t i = 0; i < q->rs.nrules; i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		unsigned int fails;
		const char *field;

		if (!came_close(q, i, &fails, &field))
			continue;
		rule_text(q, (rule_id_t){ (__u32)i }, &text);
		json_object(j);
		json_key_uint(j, "rule", i + 1);
		json_key_string(j, "field", field);
		json_key_uint(j, "fields", fails);
		json_key_string(j, "text", text.str);
		json_end_object(j);
	}
	json_end_array(j);
}

static int print_json(const struct inquiry *q)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	json_init(&j, &b);
	json_object(&j);
	json_key_string(&j, "packet", q->packet.str);
	json_key_string(&j, "assumed", q->assumed.len ? q->assumed.str : "");
	json_explanation(&j, q, &q->by_rules);
	json_path(&j, q);
	if (json_flow(&j, q))
		return EXIT_FAILED;
	if (q->cli->verbose)
		json_close(&j, q);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
	return EXIT_DONE;
}

int cmd_explain(struct cli *cli, int argc, char **argv)
{
	_cleanup_(inquiry_free) struct inquiry q = { .cli = cli, .s = state_none(), .live = live_none() };
	const struct cli_option options[] = { { "rules", NULL, &q.file }, { NULL, NULL, NULL } };
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (!argc)
		return cli_wrong(cli, "explain takes a packet in rule-like words");
	status = open_rules(&q);
	status = status ?: read_packet(&q, argc, argv);
	if (status)
		return status;
	if (!q.file && probe_iface(&q.probe))
		ask_by_known_name(&q);
	if (explain_packet(q.explainer, &q.probe, &q.by_rules, &err))
		return cli_fail(err);
	if (!q.file)
		status = ask_flows(&q);
	if (status)
		return status;
	if (cli->json)
		return print_json(&q);
	print_text(&q);
	return EXIT_DONE;
}
