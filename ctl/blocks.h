/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An array in which equal blocks of elements are stored once ("hash consing"): interning a block gives
 * the index of its first element, the same index for the same content.
 */
#ifndef FW_BLOCKS_H
#define FW_BLOCKS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct block_slot {
	__u32 hash, index, count;
};

struct blocks {
	size_t elem; /* bytes in one element, a multiple of 4 (interning) or any (appending) */
	unsigned char *v;
	size_t n, cap;            /* elements */
	struct block_slot *slots; /* open addressing, count 0 is free */
	size_t nslots, used;
	bool overflow; /* more than BLOCKS_MAX elements were wanted: the content is not to be used */
};
#define BLOCKS_MAX 0x7fffffffu /* indexes must leave room for TRIE_INNER */

#define BLOCKS(type) ((struct blocks){ .elem = sizeof(type) })

/* Index of a block of `count` elements with this content; stored now if it is not there. 0 for count 0. */
__u32 blocks_intern(struct blocks *b, const void *block, size_t count);

/* Store without looking for an equal block, nor letting one be found here later. */
__u32 blocks_append(struct blocks *b, const void *block, size_t count);

/* Forget the content, keep the memory. */
void blocks_clear(struct blocks *b);

/* Give up the array, trimmed to its size: the caller frees it. *n counts elements. NULL where there are none. */
void *blocks_take(struct blocks *b, size_t *n);

void blocks_free(struct blocks *b);

#endif
