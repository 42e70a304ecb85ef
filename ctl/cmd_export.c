/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl export: the collector. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "collect.h"
#include "export.h"
#include "netns.h"
#include "output.h"

enum { SECONDS_MAX = 86400 };

/* To standard error, for which the collector does not wait: who reads it may have stopped, or be the reader of its records too. */
struct operator_lines {
	bool quiet;
	struct output_lines lines;
};

static void say(void *arg, const char *text)
{
	struct operator_lines *o = (struct operator_lines *)arg;

	if (!o->quiet)
		output_line(&o->lines, text);
}

static int parse_seconds(const struct cli *cli, const char *name, const char *text, __u32 *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || !v || v > SECONDS_MAX)
		return cli_wrong(cli, "--%s: '%s' is not a number of seconds from 1 to %d", name, text, SECONDS_MAX);
	*out = (__u32)v;
	return 0;
}

static int parse_target(const char *text, struct ipfix_target *out)
{
	char *err = NULL;

	if (!ipfix_target_parse(text, out, &err))
		return 0;
	fprintf(stderr, "fwctl: --ipfix: %s\n", err);
	free(err);
	return EXIT_WRONG;
}

/* Opens the state in the namespace of -n; *back is that of the caller, where sockets are to be. */
static int open_state(const struct cli *cli, struct state *s, int *back)
{
	char *err = NULL;
	int rc = instance_privileged(&err);

	if (!rc && cli->netns)
		rc = netns_enter(cli->netns, back, &err);
	rc = rc ?: state_open(s, 0, 0, &err);
	return rc ? cli_fail(err) : 0;
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
	_cleanup_state_ struct state s = state_none();
	_cleanup_close_ int back = -1;
	const char *ipfix = NULL, *json = NULL, *active = NULL, *idle = NULL;
	const struct cli_option options[] = {
		{ "ipfix", NULL, &ipfix }, { "json", NULL, &json }, { "active", NULL, &active },
		{ "idle", NULL, &idle },   { NULL, NULL, NULL },
	};
	struct operator_lines operator= { cli->quiet, output_lines_to(STDERR_FILENO) };
	struct export_request rq = { .active_s = COLLECT_ACTIVE_S, .idle_s = COLLECT_IDLE_S, .say = say, .arg = &operator};
	struct ipfix_target target;
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "export takes no arguments");
	if (cli->json && json && strcmp(json, "-") != 0)
		return cli_wrong(cli,
				 "-j sends records to standard output, --json to %s: say one of them (one --json, one --ipfix)",
				 json);
	rq.json = json ? json : cli->json ? "-" : NULL;
	if (!rq.json && !ipfix)
		return cli_wrong(cli, "export needs --ipfix or --json: somewhere to send records to");
	status = active ? parse_seconds(cli, "active", active, &rq.active_s) : 0;
	status = status ?: idle ? parse_seconds(cli, "idle", idle, &rq.idle_s) : 0;
	status = status ?: ipfix ? parse_target(ipfix, &target) : 0;
	status = status ?: open_state(cli, &s, &back);
	if (status)
		return status;
	rq.ipfix = ipfix ? &target : NULL;
	rq.back = back;
	return export_run(&s, &rq, &err) ? cli_fail(err) : EXIT_DONE;
}
