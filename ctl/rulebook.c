/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "parse.h"
#include "rulebook.h"

static void remove_oldest(struct rulebook *b)
{
	ruleset_free(&b->v[0].rules);
	b->n--;
	memmove(&b->v[0], &b->v[1], b->n * sizeof(b->v[0]));
}

int rulebook_add(struct rulebook *b, __u32 id, const char *text)
{
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	unsigned int at;
	int rc;

	if (rulebook_exact(b, id))
		return 0;
	rc = ruleset_parse_nofiles("ruleset", text, strlen(text), &rs, &d);
	diag_free(&d);
	if (rc)
		return rc;
	if (b->n == RULEBOOK_MAX)
		remove_oldest(b);
	for (at = b->n; at && b->v[at - 1].id > id; at--)
		b->v[at] = b->v[at - 1];
	b->v[at] = (struct known_rules){ id, rs };
	b->n++;
	return 0;
}

void rulebook_free(struct rulebook *b)
{
	for (unsigned int i = 0; i < b->n; i++)
		ruleset_free(&b->v[i].rules);
	b->n = 0;
}

const struct known_rules *rulebook_judging(const struct rulebook *b, generation_t g)
{
	for (unsigned int i = b->n; i-- > 0;)
		if (b->v[i].id <= g.raw)
			return &b->v[i];
	return NULL;
}

const struct known_rules *rulebook_exact(const struct rulebook *b, __u32 id)
{
	const struct known_rules *k = rulebook_judging(b, (generation_t){ id });

	return k && k->id == id ? k : NULL;
}
