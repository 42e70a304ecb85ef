/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "fail.h"
#include "netns.h"
#include "parse.h"

static void print_help(const struct command *c)
{
	printf("usage: fwctl %s%s%s\n%s\n", c->name, c->usage[0] ? " " : "", c->usage, c->summary);
	if (c->help[0])
		printf("\n%s", c->help);
	printf("\n  -j, --json         JSON output\n"
	       "  -n, --netns NAME   work in the network namespace of that name\n"
	       "  -q, --quiet        no notes and warnings\n"
	       "  -v, --verbose      more detail\n"
	       "  -h, --help         this text\n");
}

int cli_wrong(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "fwctl: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (cli->command)
		fprintf(stderr, " (usage: fwctl %s%s%s)\n", cli->command->name, cli->command->usage[0] ? " " : "",
			cli->command->usage);
	else
		fprintf(stderr, " (fwctl -h lists the commands)\n");
	return EXIT_WRONG;
}

/* One of the common options: true when `arg` is one; *takes says whether a value follows. */
static bool common_option(struct cli *cli, const char *arg, bool *help, const char ***value)
{
	const struct {
		const char *brief, *full;
		bool *flag;
	} flags[] = {
		{ "-j", "--json", &cli->json },
		{ "-q", "--quiet", &cli->quiet },
		{ "-v", "--verbose", &cli->verbose },
		{ "-h", "--help", help },
	};

	*value = NULL;
	for (size_t i = 0; i < ARRAY_COUNT(flags); i++)
		if (!strcmp(arg, flags[i].brief) || !strcmp(arg, flags[i].full)) {
			*flags[i].flag = true;
			return true;
		}
	if (strcmp(arg, "-n") && strcmp(arg, "--netns"))
		return false;
	*value = &cli->netns;
	return true;
}

/* Length of an option's name where the argument is --name or --name=value. */
static bool is_option(const char *arg, const char *name, const char **inline_value)
{
	size_t n = strlen(name);

	if (strncmp(arg, "--", 2) || strncmp(arg + 2, name, n) || (arg[2 + n] && arg[2 + n] != '='))
		return false;
	*inline_value = arg[2 + n] ? arg + 3 + n : NULL;
	return true;
}

/* A long option of the command. True when it is one; -1 in *status, or the exit status of an error. */
static bool own_option(const struct cli *cli, const struct cli_option *o, const char *arg, const char ***value, int *status)
{
	const char *inline_value = NULL;

	for (; o && o->name; o++) {
		if (!is_option(arg, o->name, &inline_value))
			continue;
		if (o->flag && inline_value)
			*status = cli_wrong(cli, "--%s takes no value", o->name);
		else if (o->flag)
			*o->flag = true;
		else if (*o->value)
			*status = cli_wrong(cli, "--%s is given twice", o->name);
		else if (inline_value)
			*o->value = inline_value;
		else
			*value = o->value;
		return true;
	}
	return false;
}

int cli_options(struct cli *cli, const struct cli_option *options, int *argc, char **argv)
{
	int n = 0, status = OPTIONS_TAKEN;
	bool help = false, ended = false; /* status < 0: go on */

	for (int i = 0; i < *argc && status < 0; i++) {
		const char **value = NULL, *inline_value = NULL;

		if (ended || argv[i][0] != '-' || !argv[i][1]) {
			argv[n++] = argv[i];
			continue;
		}
		if (!strcmp(argv[i], "--")) {
			ended = true;
			continue;
		}
		if (is_option(argv[i], "netns", &inline_value) && inline_value)
			cli->netns = inline_value;
		else if (!own_option(cli, options, argv[i], &value, &status) && /* first: `export --json` takes a file */
			 !common_option(cli, argv[i], &help, &value))
			return cli_wrong(cli, "unknown option %s", argv[i]);
		if (value && i + 1 == *argc)
			return cli_wrong(cli, "%s needs a value", argv[i]);
		if (value)
			*value = argv[++i];
	}
	if (status >= 0)
		return status;
	argv[n] = NULL;
	*argc = n;
	objects_verbose(cli->verbose);
	if (help && cli->command) {
		print_help(cli->command);
		return EXIT_DONE;
	}
	return help ? OPTIONS_HELP : OPTIONS_TAKEN;
}

int cli_fail(char *err)
{
	fprintf(stderr, "fwctl: %s\n", err ? err : "unknown error");
	free(err);
	return EXIT_FAILED;
}

int cli_refused(char *err, int rc)
{
	cli_fail(err);
	return rc == -E2BIG ? EXIT_WRONG : EXIT_FAILED;
}

static void print_entries(const struct diag_list *l, const char *kind)
{
	for (size_t i = 0; i < l->n; i++) {
		_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

		diag_render(&l->v[i], &b);
		fprintf(stderr, "%s%s\n", b.str, kind);
	}
}

int cli_diag(const struct diag *d)
{
	print_entries(&d->errors, "");
	return d->io_error ? EXIT_FAILED : EXIT_WRONG;
}

void cli_warnings(const struct cli *cli, const struct diag *d)
{
	if (!cli->quiet)
		print_entries(&d->warnings, " (warning)");
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	fprintf(stderr, "fwctl: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

int cli_state_try(const struct cli *cli, struct state *s, unsigned int flags, __u32 flows, char **err)
{
	int rc = instance_privileged(err);

	if (!rc && cli->netns)
		rc = netns_enter(cli->netns, NULL, err);
	return rc ?: state_open(s, flags, flows, err);
}

int cli_state(const struct cli *cli, struct state *s, unsigned int flags, __u32 flows)
{
	char *err = NULL;

	return cli_state_try(cli, s, flags, flows, &err) ? cli_fail(err) : 0;
}

int cli_ruleset(const struct cli *cli, const char *path, struct ruleset *out)
{
	_cleanup_free_ char *text = NULL;
	struct diag d = { .io_error = 0 };
	size_t len;
	int rc = read_file(path, RULES_MAX_BYTES, &text, &len), status = 0;

	if (rc)
		return cli_fail(xasprintf("%s: %s", path, strerror(-rc)));
	rc = ruleset_parse(path, text, len, out, &d);
	cli_warnings(cli, &d);
	if (rc)
		status = cli_diag(&d);
	diag_free(&d);
	return status;
}

void cli_print_json(struct strbuf *b)
{
	printf("%s\n", b->str);
	strbuf_free(b);
}
