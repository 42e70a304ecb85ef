/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rule language (README, "Rules") to the model. Texts are any bytes; names of files only go into
 * messages. All errors of a text are collected in *d, in order of position, none is printed. On error *out is
 * released and empty.
 */
#ifndef FW_CTL_PARSE_H
#define FW_CTL_PARSE_H

#include "diag.h"
#include "model.h"

/*
 * A whole ruleset; reads the files of its sets. 0; -EINVAL with errors in *d; or the negative errno of a set
 * file that could not be read, with a message in *d (and no other error). *out is the caller's to free with
 * ruleset_free.
 */
int ruleset_parse(const char *name, const char *text, size_t len, struct ruleset *out, struct diag *d);

/* The same without opening set files (their file_v stays empty): for the text of rules that are live already,
 * whose elements are in the kernel. */
int ruleset_parse_nofiles(const char *name, const char *text, size_t len, struct ruleset *out, struct diag *d);

/*
 * One rule, as typed on a command line. `@set` names are those of context (NULL: none); there are no
 * `$names`. 0 or -EINVAL. *out is the caller's to free with rule_free.
 */
int rule_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out, struct diag *d);

/* Only matches (of any number, none included), without verdict, direction, interface and options: a filter of
 * flows. */
int match_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out, struct diag *d);

/* `in|out [on IFACE] match*`: what explain asks about. */
int rulelike_parse(const char *name, const char *text, size_t len, const struct ruleset *context, struct rule *out,
		   struct diag *d);

/* Arguments of a command line joined to one text. The shell took the quotes of `label "no smtp"`: an argument
 * behind the argument `label` gets them back, unless it has them. */
void args_text(int argc, char *const *argv, struct strbuf *out);

/*
 * The elements of a set, as in the file of a set declaration: separated by white space or commas, comments
 * from `#` or `;` to the end of the line. Host bits are masked, with a warning. 0, or -EINVAL with errors in
 * *d. *v is the caller's to free.
 */
int setfile_parse(const char *name, const char *text, size_t len, enum set_type type, struct addr_range **v, size_t *n,
		  struct diag *d);

/* One element for a set of the type. 0; 1 where host bits were masked (*msg says so); -EINVAL with *msg. *msg
 * is appended to. */
int setelem_parse(const char *s, size_t n, enum set_type type, struct addr_range *out, struct strbuf *msg);

#endif
