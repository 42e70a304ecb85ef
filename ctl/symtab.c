/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "symtab.h"
#include "util.h"

uint64_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *b = (const unsigned char *)p;
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* The slot of the name, or the free one where it belongs. */
static struct symbol *slot_of(const struct symtab *t, const char *s, size_t n)
{
	size_t i = hash_bytes(s, n) & (t->cap - 1);

	while (t->slots[i].s && (t->slots[i].n != n || memcmp(t->slots[i].s, s, n)))
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

int symtab_find(const struct symtab *t, const char *s, size_t n)
{
	const struct symbol *sym = t->cap ? slot_of(t, s, n) : NULL;

	return sym && sym->s ? sym->index : -ENOENT;
}

static void grow(struct symtab *t)
{
	struct symtab bigger = { .cap = t->cap ? 2 * t->cap : 32, .n = t->n };

	bigger.slots = (struct symbol *)xcalloc(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].s)
			*slot_of(&bigger, t->slots[i].s, t->slots[i].n) = t->slots[i];
	free(t->slots);
	*t = bigger;
}

void symtab_add(struct symtab *t, const char *s, size_t n, int index)
{
	if (2 * (t->n + 1) > t->cap)
		grow(t);
	*slot_of(t, s, n) = (struct symbol){ s, n, index };
	t->n++;
}

void symtab_free(struct symtab *t)
{
	free(t->slots);
	*t = (struct symtab){ NULL, 0, 0 };
}
