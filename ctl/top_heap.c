/* SPDX-License-Identifier: GPL-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include "top_heap.h"

void heap_init(struct heap *h, size_t max)
{
	h->n = 0;
	h->max = max < HEAP_MAX ? max : HEAP_MAX;
}

static bool before(const struct heap_item *a, const struct heap_item *b)
{
	return a->value != b->value ? a->value < b->value : a->what > b->what;
}

static void swap(struct heap_item *a, struct heap_item *b)
{
	struct heap_item t = *a;

	*a = *b;
	*b = t;
}

static void sink(struct heap *h, size_t i)
{
	for (;;) {
		size_t least = i, left = 2 * i + 1, right = left + 1;

		if (left < h->n && before(&h->v[left], &h->v[least]))
			least = left;
		if (right < h->n && before(&h->v[right], &h->v[least]))
			least = right;
		if (least == i)
			return;
		swap(&h->v[i], &h->v[least]);
		i = least;
	}
}

void heap_offer(struct heap *h, __u64 value, __u32 what, __u64 packets, __u64 bytes)
{
	const struct heap_item item = { value, packets, bytes, what };

	if (h->n < h->max) {
		size_t i = h->n++;

		h->v[i] = item;
		for (; i && before(&h->v[i], &h->v[(i - 1) / 2]); i = (i - 1) / 2)
			swap(&h->v[i], &h->v[(i - 1) / 2]);
	} else if (h->max && before(&h->v[0], &item)) {
		h->v[0] = item;
		sink(h, 0);
	}
}

static int descending(const void *x, const void *y)
{
	const struct heap_item *a = (const struct heap_item *)x, *b = (const struct heap_item *)y;

	return before(b, a) ? -1 : before(a, b);
}

void heap_sort(struct heap *h) { qsort(h->v, h->n, sizeof(h->v[0]), descending); }
