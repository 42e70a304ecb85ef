/* SPDX-License-Identifier: GPL-2.0 */
/* What the subcommands share: options, exit statuses, errors. */
#ifndef FW_CLI_H
#define FW_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include "diag.h"
#include "json.h"
#include "state.h"
#include "util.h"

/* Exit statuses (README, "Exit status"). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, EXIT_NO = 3 };

enum { RULES_MAX_BYTES = 256 << 20 }; /* of a rules file */

/* Options that every command takes. */
struct cli {
	const struct command *command;
	bool json, quiet, verbose;
	const char *netns;
};

/* An option of one command: --name, or --name VALUE where value is not NULL. */
struct cli_option {
	const char *name;
	bool *flag;
	const char **value;
};

struct command {
	const char *name;                                   /* "rule" has subcommands of its own */
	const char *usage;                                  /* behind "fwctl NAME " */
	const char *summary;                                /* one line */
	const char *help;                                   /* what its options mean; lines, may be "" */
	int (*run)(struct cli *cli, int argc, char **argv); /* argv behind the name; exit status */
};
extern const struct command commands[];
const struct command *command_find(const char *name);

/*
 * Takes the options out of argv (they may stand anywhere; "--" ends them); what remains is argc/argv. Returns OPTIONS_TAKEN
 * to go on, OPTIONS_HELP when help is wanted and no command is known yet, else the exit status (help was printed, or an
 * error).
 */
enum { OPTIONS_TAKEN = -1, OPTIONS_HELP = -2 };
int cli_options(struct cli *cli, const struct cli_option *options, int *argc, char **argv);

/* `fwctl: TEXT` on standard error; returns EXIT_FAILED. Takes *err over. */
int cli_fail(char *err);
/* The same where the kernel's side refused rules: more than its tables can hold (-E2BIG) is a fault of the rules, EXIT_WRONG. */
int cli_refused(char *err, int rc);
/* The command line is wrong: TEXT and how to get help; returns EXIT_WRONG. */
int cli_wrong(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* All errors and warnings, a line each. Returns EXIT_WRONG, or EXIT_FAILED where a file could not be read. */
int cli_diag(const struct diag *d);
void cli_warnings(const struct cli *cli, const struct diag *d);
/* A warning or note on standard error, unless -q. */
void cli_note(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Enters the namespace of -n and checks privileges; then opens the state as state_open does. 0 or an exit status with the
 * error printed. */
int cli_state(const struct cli *cli, struct state *s, unsigned int flags, __u32 flows);
/* The same, but 0 or a negative errno with *err: nothing is printed. */
int cli_state_try(const struct cli *cli, struct state *s, unsigned int flags, __u32 flows, char **err);

/* A ruleset from a file or "-": 0 or the exit status, errors printed. */
int cli_ruleset(const struct cli *cli, const char *path, struct ruleset *out);

/* Prints one JSON document and a newline. */
void cli_print_json(struct strbuf *b);

#endif
