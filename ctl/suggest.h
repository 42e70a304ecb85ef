/* SPDX-License-Identifier: GPL-2.0 */
/* "did you mean": the nearest of some known words, by edit distance with transpositions. */
#ifndef FW_CTL_SUGGEST_H
#define FW_CTL_SUGGEST_H

#include <stddef.h>
#include "names.h"
#include "util.h"

struct suggest {
	const char *word;
	size_t n;
	const char *best; /* NULL: nothing near enough so far; else a candidate, not copied */
	unsigned cost;
};

void suggest_init(struct suggest *s, const char *word, size_t n);

/* The first of equally near candidates wins: offer the likely ones first. */
void suggest_try(struct suggest *s, const char *candidate);
void suggest_names(struct suggest *s, const struct nametab *t);
void suggest_words(struct suggest *s, const char *const *words, size_t n);

/* Appends ` (did you mean 'tcp'?)`, or nothing. `mark` is put before the word: "$", "@" or "". */
void suggest_add(const struct suggest *s, const char *mark, struct strbuf *out);

#endif
