/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "carry.h"

struct line {
	const char *p;
	size_t n;
	long at;
};

static bool is_rule(const char *p, size_t n)
{
	for (int v = 0; v < VERDICT_COUNT; v++) {
		const char *word = verdict_text((enum verdict)v);
		size_t len = strlen(word);

		if (n > len && !memcmp(p, word, len) && p[len] == ' ')
			return true;
	}
	return false;
}

/* The rules of a canonical text, a line each. */
static struct line *rule_lines(const char *text, size_t max, size_t *n)
{
	struct line *v = (struct line *)xcalloc(max, sizeof(*v));

	*n = 0;
	while (*text && *n < max) {
		size_t len = strcspn(text, "\n");

		if (is_rule(text, len)) {
			v[*n] = (struct line){ text, len, (long)*n };
			++*n;
		}
		text += len + (text[len] == '\n');
	}
	return v;
}

static int by_text(const void *x, const void *y)
{
	const struct line *a = (const struct line *)x, *b = (const struct line *)y;
	int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	if (!c && a->n != b->n)
		c = a->n < b->n ? -1 : 1;
	return c;
}

static int by_text_and_place(const void *x, const void *y)
{
	const struct line *a = (const struct line *)x, *b = (const struct line *)y;
	int c = by_text(x, y);

	return c ? c : (a->at > b->at) - (a->at < b->at);
}

void carry_pairs(const char *a, size_t na, const char *b, size_t nb, long *from)
{
	_cleanup_free_ struct line *x = NULL, *y = NULL;
	size_t nx, ny;

	x = rule_lines(a, na, &nx);
	y = rule_lines(b, nb, &ny);
	for (size_t i = 0; i < nb; i++)
		from[i] = -1;
	qsort(x, nx, sizeof(*x), by_text_and_place);
	qsort(y, ny, sizeof(*y), by_text_and_place);
	for (size_t i = 0, k = 0; i < nx && k < ny;) {
		int c = by_text(&x[i], &y[k]);

		if (!c)
			from[y[k].at] = x[i].at;
		i += c <= 0;
		k += c >= 0;
	}
}

/* With which a counter that reads `start` is shown as `total`. */
static struct counters base_of(struct counters total, struct counters start)
{
	return (struct counters){ total.packets - start.packets, total.bytes - start.bytes };
}

int carry_counters(const struct live_ruleset *old, const struct carry *new)
{
	static const struct counters nothing = { 0, 0 };
	struct ruleset_info *info = new->info;
	_cleanup_free_ struct counters *totals = (struct counters *)xcalloc(old->info.rules + RULE_SLOT_FIRST, sizeof(*totals));
	_cleanup_free_ long *from = (long *)xcalloc(info->rules, sizeof(*from));
	struct rule_action *actions = info->rules ? fw_actions_map(new->maps->fw_actions, info->rules) : NULL;
	int rc;

	if (info->rules && !actions)
		return -errno;
	rc = live_totals(old, totals);
	carry_pairs(old->text, old->info.rules, new->text, info->rules, from);
	for (__u32 i = 0; !rc && i < info->rules; i++) {
		struct counters base = base_of(from[i] < 0 ? nothing : totals[RULE_SLOT_FIRST + from[i]],
					       new->start[RULE_SLOT_FIRST + i]);

		actions[i].base_packets = base.packets;
		actions[i].base_bytes = base.bytes;
	}
	fw_actions_unmap(actions, info->rules);
	for (int d = 0; !rc && d < DIRECTION_COUNT; d++)
		info->base[d] = base_of(new->keep_default[d] ? totals[d] : nothing, new->start[d]);
	info->carried += !rc;
	return rc ?: fw_ruleset_put(new->maps->fw_ruleset, info);
}
