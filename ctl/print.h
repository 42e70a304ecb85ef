/* SPDX-License-Identifier: GPL-2.0 */
/* The model as text in the rule language: one statement a line, parts in one order, names where a number has
 * one. Parsing it gives the same model, and printing that the same text. */
#ifndef FW_CTL_PRINT_H
#define FW_CTL_PRINT_H

#include "model.h"
#include "util.h"

/* Defaults, options, sets as declared (of a file the path, not what it holds), rules; each with a newline. */
void ruleset_print(const struct ruleset *rs, struct strbuf *out);

/* One rule without a newline; rs names its sets. */
void rule_print(const struct ruleset *rs, const struct rule *r, struct strbuf *out);

/* A set's declaration without a newline. */
void set_print(const struct set *s, struct strbuf *out);

/* `S/SA`, `none/FSRPAU`: letters in the order F S R P A U E W. buf has room for 8 letters and a NUL. */
void flag_letters_print(uint8_t flags, char buf[9]);

#endif
