/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "top_heap.h"
#include "top_hosts.h"

enum { FIRST_CAP = 1024 };

void hosts_clear(struct hosts *h)
{
	if (h->n)
		memset(h->v, 0, h->cap * sizeof(*h->v));
	h->n = 0;
}

void hosts_free(struct hosts *h)
{
	free(h->v);
	*h = (struct hosts){ NULL, 0, 0 };
}

static size_t hash(enum family family, const addr_t *a)
{
	__u64 x = (a->q[0] ^ (__u64)family) * 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 32 ^ a->q[1]) * 0xd6e8feb86659fd93ull;
	return (size_t)(x ^ x >> 32);
}

static struct host *find(const struct hosts *h, enum family family, const addr_t *a)
{
	for (size_t i = hash(family, a);; i++) {
		struct host *at = &h->v[i & (h->cap - 1)];

		if (!at->used || (at->family == family && !memcmp(&at->addr, a, sizeof(*a))))
			return at;
	}
}

static void grow(struct hosts *h)
{
	struct hosts old = *h;

	h->cap = old.cap ? old.cap * 2 : FIRST_CAP;
	h->v = (struct host *)xcalloc(h->cap, sizeof(*h->v));
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].used)
			*find(h, (enum family)old.v[i].family, &old.v[i].addr) = old.v[i];
	free(old.v);
}

void hosts_add(struct hosts *h, enum family family, const addr_t *a, const __u64 packets[2], const __u64 bytes[2])
{
	struct host *at;

	if (2 * h->n >= h->cap)
		grow(h);
	at = find(h, family, a);
	if (!at->used) {
		at->addr = *a;
		at->family = (__u8)family;
		at->used = 1;
		h->n++;
	}
	for (int i = 0; i < 2; i++) {
		at->packets[i] += packets[i];
		at->bytes[i] += bytes[i];
	}
}

static struct rate rate_of(__u64 packets, __u64 bytes, double seconds)
{
	return (struct rate){ (double)packets / seconds, (double)bytes * 8 / seconds };
}

size_t hosts_top(const struct hosts *h, bool by_packets, double seconds, struct top_host *out, size_t max)
{
	struct heap heap;

	heap_init(&heap, max);
	for (size_t i = 0; i < h->cap; i++)
		if (h->v[i].used)
			heap_offer(&heap,
				   by_packets ? h->v[i].packets[0] + h->v[i].packets[1] : h->v[i].bytes[0] + h->v[i].bytes[1],
				   (__u32)i, 0, 0);
	heap_sort(&heap);
	for (size_t i = 0; i < heap.n; i++) {
		const struct host *at = &h->v[heap.v[i].what];

		out[i] = (struct top_host){ (enum family)at->family, at->addr, rate_of(at->packets[0], at->bytes[0], seconds),
					    rate_of(at->packets[1], at->bytes[1], seconds) };
	}
	return heap.n;
}
