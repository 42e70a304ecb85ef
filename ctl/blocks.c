/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "blocks.h"
#include "util.h"

/* Multiply and fold over 8 bytes at a time; the last 4 where the size is an odd multiple of 4. */
static __u32 block_hash(const unsigned char *p, size_t bytes)
{
	const uint64_t k = 0x9e3779b97f4a7c15ull;
	uint64_t h = bytes * k, w;

	for (; bytes >= sizeof(w); p += sizeof(w), bytes -= sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		h = (h ^ w) * k;
		h ^= h >> 29;
	}
	if (bytes) {
		w = 0;
		memcpy(&w, p, bytes);
		h = (h ^ w) * k;
	}
	return (__u32)(h >> 32);
}

static void slot_put(struct block_slot *slots, size_t nslots, struct block_slot s)
{
	size_t i = s.hash & (nslots - 1);

	while (slots[i].count)
		i = (i + 1) & (nslots - 1);
	slots[i] = s;
}

static void slots_grow(struct blocks *b)
{
	size_t nslots = b->nslots ? 2 * b->nslots : 256;
	struct block_slot *slots = (struct block_slot *)xcalloc(nslots, sizeof(*slots));

	for (size_t i = 0; i < b->nslots; i++)
		if (b->slots[i].count)
			slot_put(slots, nslots, b->slots[i]);
	free(b->slots);
	b->slots = slots;
	b->nslots = nslots;
}

__u32 blocks_append(struct blocks *b, const void *block, size_t count)
{
	size_t index = b->n;

	if (b->n + count > BLOCKS_MAX) {
		b->overflow = true;
		return 0;
	}
	if (b->n + count > b->cap) {
		b->cap = b->cap * 2 > b->n + count ? b->cap * 2 : b->n + count + 64;
		b->v = (unsigned char *)xreallocarray(b->v, b->cap, b->elem);
	}
	if (count)
		memcpy(b->v + index * b->elem, block, count * b->elem);
	b->n += count;
	return (__u32)index;
}

__u32 blocks_intern(struct blocks *b, const void *block, size_t count)
{
	struct block_slot s = { 0, 0, (__u32)count };
	size_t i, bytes = count * b->elem;

	if (!count)
		return 0;
	if (2 * (b->used + 1) > b->nslots)
		slots_grow(b);
	s.hash = block_hash((const unsigned char *)block, bytes);
	for (i = s.hash & (b->nslots - 1); b->slots[i].count; i = (i + 1) & (b->nslots - 1)) {
		const struct block_slot *t = &b->slots[i];

		if (t->hash == s.hash && t->count == s.count && !memcmp(b->v + t->index * b->elem, block, bytes))
			return t->index;
	}
	s.index = blocks_append(b, block, count);
	if (!b->overflow) {
		b->slots[i] = s;
		b->used++;
	}
	return s.index;
}

void blocks_clear(struct blocks *b)
{
	b->n = 0;
	b->used = 0;
	b->overflow = false;
	if (b->nslots)
		memset(b->slots, 0, b->nslots * sizeof(*b->slots));
}

void *blocks_take(struct blocks *b, size_t *n)
{
	void *v = NULL;

	*n = b->n;
	if (b->n) {
		v = xreallocarray(b->v, b->n, b->elem);
		b->v = NULL;
	}
	blocks_free(b);
	return v;
}

void blocks_free(struct blocks *b)
{
	free(b->v);
	free(b->slots);
	*b = (struct blocks){ .elem = b->elem };
}
