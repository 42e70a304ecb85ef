/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl rule: the live ruleset, edited and applied whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "apply.h"
#include "cmd.h"
#include "guard.h"
#include "live.h"
#include "parse.h"
#include "print.h"

struct edit {
	struct cli *cli;
	struct state s;
	struct live_ruleset live;
	struct ruleset rs;
	struct counters *counts; /* by rule_slot_t, for `show` */
	bool force;
};

static void edit_free(struct edit *e)
{
	free(e->counts);
	ruleset_free(&e->rs);
	live_close(&e->live);
	state_close(&e->s);
}

/* Opens the live ruleset; adding to none begins with the built-in one. */
static int edit_begin(struct edit *e, unsigned int flags)
{
	char *err = NULL;
	int status = cli_state(e->cli, &e->s, flags, 0);

	if (status)
		return status;
	if (live_open(&e->s, &e->live, &err) || live_parse(&e->live, &e->rs, &err))
		return cli_fail(err);
	return 0;
}

static int edit_apply(struct edit *e, const char *what)
{
	struct apply_result result = { .unchanged = false };
	_cleanup_free_ char *note = NULL;
	char *err = NULL;
	int rc;

	if (!e->force && guard_session(&e->s, &e->rs, true, &note, &err))
		return cli_fail(err);
	rc = apply_ruleset(&e->s, &e->rs, APPLY_KEEP_SETS, &result, &err);
	if (rc)
		return cli_refused(err, rc);
	if (note)
		cli_note(e->cli, "%s", note);
	if (e->cli->json)
		printf("{\"rules\":%zu,\"id\":%u}\n", e->rs.nrules, result.id);
	else if (!e->cli->quiet)
		printf("%s; %zu rule%s live\n", what, e->rs.nrules, e->rs.nrules == 1 ? " is" : "s are");
	return EXIT_DONE;
}

/* A rule's number as typed: 1 to nrules, and where one is to be added (beyond = 1) the next one. 0 or the exit status. */
static int parse_number(const struct cli *cli, const char *text, size_t nrules, size_t beyond, size_t *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || text[0] < '0' || text[0] > '9')
		return cli_wrong(cli, "'%s' is not the number of a rule", text);
	if (!n || n > nrules + beyond) {
		if (nrules)
			fprintf(stderr, "fwctl: there is no rule %s (they are 1 to %zu: fwctl list)\n", text, nrules);
		else
			fprintf(stderr, "fwctl: there is no rule %s (there are none)\n", text);
		return EXIT_FAILED;
	}
	*out = n;
	return 0;
}

static int add(struct edit *e, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	_cleanup_free_ char *done = NULL;
	size_t at = 0, cap;
	struct rule rule;
	int status = edit_begin(e, INSTANCE_CREATE | INSTANCE_LOCK);

	if (!status && argc && !strcmp(argv[0], "at")) {
		if (argc < 2)
			return cli_wrong(e->cli, "rule add at: the number of a rule is missing");
		status = parse_number(e->cli, argv[1], e->rs.nrules, 1, &at);
		argc -= 2;
		argv += 2;
	}
	if (status)
		return status;
	if (!argc)
		return cli_wrong(e->cli, "rule add takes a rule");
	args_text(argc, argv, &text);
	if (rule_parse("rule", text.str, text.len, &e->rs, &rule, &d)) {
		status = cli_diag(&d);
		diag_free(&d);
		return status;
	}
	diag_free(&d);
	at = at ? at - 1 : e->rs.nrules;
	cap = e->rs.nrules;
	GROW(e->rs.rules, e->rs.nrules, cap);
	memmove(&e->rs.rules[at + 1], &e->rs.rules[at], (e->rs.nrules - at) * sizeof(rule));
	e->rs.rules[at] = rule;
	e->rs.nrules++;
	done = xasprintf("rule %zu added", at + 1);
	return edit_apply(e, done);
}

static int delete (struct edit *e, int argc, char **argv)
{
	_cleanup_free_ bool *gone = NULL;
	size_t n = 0;
	int status = argc ? edit_begin(e, INSTANCE_LOCK) : cli_wrong(e->cli, "rule delete takes numbers of rules");

	if (status)
		return status;
	gone = (bool *)xcalloc(e->rs.nrules, sizeof(*gone));
	for (int i = 0; i < argc; i++) {
		size_t number = 0;

		status = parse_number(e->cli, argv[i], e->rs.nrules, 0, &number);
		if (status)
			return status;
		gone[number - 1] = true;
	}
	for (size_t i = 0; i < e->rs.nrules; i++) {
		if (gone[i])
			rule_free(&e->rs.rules[i]);
		else
			e->rs.rules[n++] = e->rs.rules[i];
	}
	e->rs.nrules = n;
	return edit_apply(e, "deleted");
}

static int show_begin(struct edit *e)
{
	char *err = NULL;
	int status = cli_state(e->cli, &e->s, 0, 0);

	if (status)
		return status;
	if (live_open_counted(&e->s, &e->live, &e->counts, &err) || live_parse(&e->live, &e->rs, &err))
		return cli_fail(err);
	return 0;
}

static int show(struct edit *e, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	const struct rule *r;
	struct counters c;
	size_t number = 0;
	int status = argc == 1 ? show_begin(e) : cli_wrong(e->cli, "rule show takes the number of a rule");

	status = status ?: parse_number(e->cli, argv[0], e->rs.nrules, 0, &number);
	if (status || !number)
		return status;
	r = &e->rs.rules[number - 1];
	c = e->counts[RULE_SLOT_FIRST + number - 1];
	rule_print(&e->rs, r, &text);
	if (e->cli->json) {
		_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
		struct json j;

		json_init(&j, &b);
		json_object(&j);
		json_key_uint(&j, "number", number);
		json_key_string(&j, "text", text.str);
		json_key_uint(&j, "packets", c.packets);
		json_key_uint(&j, "bytes", c.bytes);
		json_end_object(&j);
		json_done(&j);
		cli_print_json(&b);
	} else {
		printf("%s  # packets %llu bytes %llu\n", text.str, c.packets, c.bytes);
	}
	return EXIT_DONE;
}

int cmd_rule(struct cli *cli, int argc, char **argv)
{
	_cleanup_(edit_free) struct edit e = { .cli = cli, .s = state_none(), .live = live_none() };
	const struct cli_option options[] = { { "force", &e.force, NULL }, { NULL, NULL, NULL } };
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc && !strcmp(argv[0], "add")) {
		status = add(&e, argc - 1, argv + 1);
		if (status && e.s.created)
			(void)instance_purge(&e.s.in, NULL);
		return status;
	}
	if (argc && !strcmp(argv[0], "delete"))
		return delete (&e, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "show"))
		return show(&e, argc - 1, argv + 1);
	return argc ? cli_wrong(cli, "rule: '%s' is not add, delete or show", argv[0])
		    : cli_wrong(cli, "rule takes add, delete or show");
}
