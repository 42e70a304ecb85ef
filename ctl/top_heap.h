/* SPDX-License-Identifier: GPL-2.0 */
/* The largest of many, in one pass: a heap of the largest so far, the smallest of them on top. */
#ifndef FW_TOP_HEAP_H
#define FW_TOP_HEAP_H

#include <linux/types.h>
#include <stddef.h>

struct heap_item {
	__u64 value, packets, bytes;
	__u32 what;
};
enum { HEAP_MAX = 200 };
struct heap {
	struct heap_item v[HEAP_MAX];
	size_t n, max;
};

/* For the largest `max`, at most HEAP_MAX. */
void heap_init(struct heap *h, size_t max);
void heap_offer(struct heap *h, __u64 value, __u32 what, __u64 packets, __u64 bytes);
/* Largest first; of equal ones the lower `what`. Nothing can be offered then. */
void heap_sort(struct heap *h);

#endif
