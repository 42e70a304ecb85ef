/* SPDX-License-Identifier: GPL-2.0 */
#include <ctype.h>
#include <string.h>
#include "suggest.h"

/* Costs of one edit. Swapped letters are the likeliest slip; another case is hardly one. */
enum { COST_EDIT = 4, COST_SWAP = 3, COST_CASE = 1, WORD_MAX = 48, EDITS_MAX = 3 };

void suggest_init(struct suggest *s, const char *word, size_t n)
{
	size_t edits = (n + 1) / 3;

	*s = (struct suggest){ .word = word, .n = n };
	if (n < 2 || n > WORD_MAX)
		return;
	if (edits > EDITS_MAX)
		edits = EDITS_MAX;
	s->cost = (unsigned)(edits ? edits : 1) * COST_EDIT + 1; /* what a candidate must stay below */
}

static unsigned min2(unsigned a, unsigned b) { return a < b ? a : b; }

static unsigned change_cost(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? COST_CASE : COST_EDIT;
}

/* Optimal string alignment distance of a (na bytes) and b (nb bytes), both at most WORD_MAX long. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *prev = rows[1], *cur = rows[2];

	for (size_t j = 0; j <= nb; j++)
		prev[j] = (unsigned)j * COST_EDIT;
	for (size_t i = 1; i <= na; i++) {
		unsigned *spare = before;

		cur[0] = (unsigned)i * COST_EDIT;
		for (size_t j = 1; j <= nb; j++) {
			cur[j] = min2(prev[j], cur[j - 1]) + COST_EDIT;
			cur[j] = min2(cur[j], prev[j - 1] + change_cost(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cur[j] = min2(cur[j], before[j - 2] + COST_SWAP);
		}
		before = prev;
		prev = cur;
		cur = spare;
	}
	return prev[nb];
}

void suggest_try(struct suggest *s, const char *candidate)
{
	size_t n = strlen(candidate), gap = n > s->n ? n - s->n : s->n - n;
	unsigned cost;

	if (!s->cost || n > WORD_MAX || gap * COST_EDIT >= s->cost)
		return;
	cost = distance(s->word, s->n, candidate, n);
	if (cost < s->cost) {
		s->cost = cost;
		s->best = candidate;
	}
}

void suggest_names(struct suggest *s, const struct nametab *t)
{
	static const char *const likely[] = { "tcp", "udp",  "icmp", "icmp6", "sctp", "gre",    "esp",
					      "ah",  "ospf", "http", "https", "ssh",  "domain", "ntp" };

	for (size_t i = 0; i < sizeof(likely) / sizeof(likely[0]); i++)
		if (name_to_value(t, likely[i], strlen(likely[i])) >= 0)
			suggest_try(s, likely[i]);
	for (size_t i = 0; i < t->n; i++)
		suggest_try(s, t->entries[i].name);
}

void suggest_words(struct suggest *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		suggest_try(s, words[i]);
}

void suggest_add(const struct suggest *s, const char *mark, struct strbuf *out)
{
	if (s->best)
		strbuf_add(out, " (did you mean '%s%s'?)", mark, s->best);
}
