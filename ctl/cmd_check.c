/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl check: are the rules right, and do all of them do something? */
#include <stdio.h>
#include <string.h>
#include "analyze.h"
#include "cmd.h"
#include "parse.h"

struct checked {
	const char *path;
	struct ruleset rs;
	struct diag d;
	struct findings findings;
	size_t count[FINDING_COUNT];
};

static void checked_free(struct checked *c)
{
	findings_free(&c->findings);
	ruleset_free(&c->rs);
	diag_free(&c->d);
}

static void json_diag_list(struct json *j, const char *key, const struct diag_list *l)
{
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < l->n; i++) {
		json_object(j);
		json_key_string(j, "file", l->v[i].file);
		json_key_uint(j, "line", l->v[i].loc.line);
		json_key_uint(j, "column", l->v[i].loc.col);
		json_key_string(j, "message", l->v[i].msg);
		json_end_object(j);
	}
	json_end_array(j);
}

static void example_text(const struct finding *f, struct strbuf *out)
{
	probe_print(&f->example, out);
	if (!(f->example.packet.has & HAS_MAC))
		strbuf_add(out, " (without an Ethernet header)");
	if (f->sets)
		strbuf_add(out, " (%s)", f->sets);
}

static void json_finding(struct json *j, const struct checked *c, const struct finding *f)
{
	_cleanup_strbuf_ struct strbuf packet = { NULL, 0, 0 };

	if (f->has_example)
		probe_print(&f->example, &packet);
	json_object(j);
	json_key_uint(j, "rule", f->rule + 1);
	json_key_uint(j, "line", c->rs.rules[f->rule].loc.line);
	json_key_uint(j, "column", c->rs.rules[f->rule].loc.col);
	json_key_string(j, "kind", finding_kind_text(f->kind));
	if (f->kind == FINDING_UNDECIDED)
		json_key_string(j, "question", finding_kind_text(f->question));
	json_key(j, "by");
	json_array(j);
	for (size_t i = 0; i < f->nby; i++)
		json_uint(j, f->by[i]);
	json_end_array(j);
	json_key_bool(j, "nd", f->nd);
	json_key_bool(j, "more", f->more);
	json_key_string(j, "packet", packet.str ? packet.str : "");
	json_key_string(j, "sets", f->sets ? f->sets : "");
	json_key_uint(j, "taker", f->taker);
	json_end_object(j);
}

static void print_json(const struct checked *c, bool ok)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	json_init(&j, &b);
	json_object(&j);
	json_key_bool(&j, "ok", ok);
	json_key_uint(&j, "rules", c->rs.nrules);
	json_key_uint(&j, "sets", c->rs.nsets);
	json_diag_list(&j, "errors", &c->d.errors);
	json_diag_list(&j, "warnings", &c->d.warnings);
	json_key(&j, "findings");
	json_array(&j);
	for (size_t i = 0; i < c->findings.n; i++)
		json_finding(&j, c, &c->findings.v[i]);
	json_end_array(&j);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
}

/* `rule 3`, `rules 3, 5 and 8`, `the default and rule 7`; of long lists the beginning. */
static void by_text(const struct finding *f, struct strbuf *out)
{
	enum { SHOWN = 12 };
	size_t zero = f->nby && !f->by[0], n = f->nby - zero;

	if (f->nd)
		strbuf_add(out, "neighbour discovery (which passes ahead of the rules)%s", n ? " and " : "");
	if (n)
		strbuf_add(out, n > 1 ? "rules" : "rule");
	for (size_t i = 0; i < n && i < SHOWN; i++)
		strbuf_add(out, "%s %zu", !i ? "" : i + 1 == n ? " and" : ",", f->by[i + zero]);
	if (n > SHOWN)
		strbuf_add(out, " and %zu more", n - SHOWN);
	if (zero)
		strbuf_add(out, "%sthe default", n ? " and " : "");
}

static void never_text(const struct finding *f, const char *packet, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf by = { NULL, 0, 0 };

	if (!f->has_example) {
		strbuf_add(out, "rule %zu can never match: there is no such packet (see `length`, `frag` and the protocol)",
			   f->rule + 1);
		return;
	}
	by_text(f, &by);
	strbuf_add(out, "rule %zu can never match: %s %s all its packets; `%s` goes to ", f->rule + 1, by.str,
		   f->nby + f->nd > 1 ? "together take" : "takes", packet);
	if (f->taker)
		strbuf_add(out, "rule %zu", f->taker);
	else
		strbuf_add(out, "neighbour discovery");
}

/* Is one of the rules that would stand in for it itself said to do nothing? */
static bool needs_another(const struct checked *c, const struct finding *f)
{
	for (size_t i = 0; i < c->findings.n; i++) {
		const struct finding *other = &c->findings.v[i];

		for (size_t k = 0; k < f->nby; k++)
			if (other->rule + 1 == f->by[k] && (other->kind == FINDING_NEVER || other->kind == FINDING_REDUNDANT))
				return true;
	}
	return false;
}

static void finding_text(const struct checked *c, const struct finding *f, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf packet = { NULL, 0, 0 }, by = { NULL, 0, 0 };

	if (f->has_example)
		example_text(f, &packet);
	by_text(f, &by);
	switch (f->kind) {
	case FINDING_NEVER:
		never_text(f, packet.str, out);
		break;
	case FINDING_REDUNDANT:
		strbuf_add(out, "rule %zu is redundant: without it %s would do the same, as with `%s`%s", f->rule + 1, by.str,
			   packet.str, needs_another(c, f) ? " (remove one of them, then check again)" : "");
		break;
	case FINDING_CONFLICT:
		strbuf_add(out, "rule %zu (%s) overlaps with %s of another verdict%s; `%s` goes to rule %zu", f->rule + 1,
			   verdict_text(c->rs.rules[f->rule].verdict), by.str, f->more ? " and maybe more" : "", packet.str,
			   f->taker);
		break;
	case FINDING_UNDECIDED:
		strbuf_add(out, "rule %zu: not decided whether it %s: too many rules overlap", f->rule + 1,
			   f->question == FINDING_NEVER       ? "can match"
			   : f->question == FINDING_REDUNDANT ? "is redundant"
							      : "overlaps with rules of another verdict");
		break;
	}
}

/* The findings are the answer; the line that sums up is left out by -q. */
static void print_text(const struct checked *c, bool quiet)
{
	static const char *const words[FINDING_COUNT] = {
		[FINDING_NEVER] = "can never match",
		[FINDING_REDUNDANT] = "redundant",
		[FINDING_CONFLICT] = "overlapping",
		[FINDING_UNDECIDED] = "not decided",
	};

	for (size_t i = 0; i < c->findings.n; i++) {
		const struct finding *f = &c->findings.v[i];
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

		finding_text(c, f, &text);
		printf("%s:%u:%u: %s\n", c->path, c->rs.rules[f->rule].loc.line, c->rs.rules[f->rule].loc.col, text.str);
	}
	if (quiet)
		return;
	printf("%s: %zu rule%s, no errors", c->path, c->rs.nrules, c->rs.nrules == 1 ? "" : "s");
	for (int k = 0; k < FINDING_COUNT; k++)
		if (c->count[k])
			printf(", %zu %s", c->count[k], words[k]);
	printf("\n");
}

static int check(struct cli *cli, struct checked *c, const char *text, size_t len)
{
	const struct analyze_options options = { .conflicts = cli->verbose };
	char *err = NULL;
	int rc = ruleset_parse(c->path, text, len, &c->rs, &c->d);

	cli_warnings(cli, &c->d);
	if (rc) {
		if (cli->json)
			print_json(c, false);
		return cli_diag(&c->d);
	}
	rc = analyze(&c->rs, &options, &c->findings, &err);
	if (rc) {
		cli_fail(xasprintf("%s: %s", c->path, err));
		free(err);
		return EXIT_WRONG;
	}
	for (size_t i = 0; i < c->findings.n; i++)
		c->count[c->findings.v[i].kind]++;
	if (cli->json)
		print_json(c, true);
	else
		print_text(c, cli->quiet);
	return c->count[FINDING_NEVER] || c->count[FINDING_REDUNDANT] || c->count[FINDING_UNDECIDED] ? EXIT_NO : EXIT_DONE;
}

int cmd_check(struct cli *cli, int argc, char **argv)
{
	_cleanup_(checked_free) struct checked c = { .path = NULL };
	_cleanup_free_ char *text = NULL;
	size_t len;
	int status = cli_options(cli, NULL, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc != 1)
		return cli_wrong(cli, "check takes one rules file");
	c.path = argv[0];
	rc = read_file(c.path, RULES_MAX_BYTES, &text, &len);
	if (rc)
		return cli_fail(xasprintf("%s: %s", c.path, strerror(-rc)));
	return check(cli, &c, text, len);
}
