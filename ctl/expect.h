/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The --expect file of `fwctl test`: a line a packet, `N verdict [rule]`, or `* verdict` for all others; `#`
 * comments.
 */
#ifndef FW_EXPECT_H
#define FW_EXPECT_H

#include "model.h"

struct diag;
struct strbuf;

struct expectation {
	uint64_t packet; /* 1-based; 0 for the `*` line */
	enum verdict verdict;
	bool rule_given;
	uint32_t rule;     /* 1-based position, 0 for a default */
	struct srcloc loc; /* the line's first token */
};

struct expect {
	struct expectation *v; /* sorted by packet */
	size_t n;
	bool others_given;
	struct expectation others;
};

/*
 * Reads `len` bytes of text. 0; or -EINVAL, with an error in *d for each wrong line (a packet listed twice is
 * one), and *out empty. `name` is the file's name as typed. Free with expect_free.
 */
int expect_parse(const char *name, const char *text, size_t len, struct expect *out, struct diag *d);
void expect_free(struct expect *e);
#define _cleanup_expect_ __attribute__((cleanup(expect_free)))

/* What is expected of a packet (1-based): its own line, else the `*` line, else NULL. */
const struct expectation *expect_for(const struct expect *e, uint64_t packet);
/* Whether a verdict is as expected; true for NULL. `rule` as above. */
bool expect_met(const struct expectation *x, enum verdict verdict, uint32_t rule);
/*
 * The packets listed that a capture of `packets` packets does not have: how many, and *first of them (in
 * order of number). Each is a mismatch.
 */
size_t expect_beyond(const struct expect *e, uint64_t packets, const struct expectation **first);

/* The line for a packet, as expect_parse reads it (--write-expect). */
void expect_print(struct strbuf *out, uint64_t packet, enum verdict verdict, uint32_t rule);

#endif
