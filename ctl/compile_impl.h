/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the compiler share: compile.c, compile_image.c. */
#ifndef FW_COMPILE_IMPL_H
#define FW_COMPILE_IMPL_H

#include "bittree.h"
#include "classes.h"
#include "compile.h"
#include "fold.h"
#include "order.h"

struct compiler {
	const struct ruleset *rs;
	const struct compile_names *names;
	struct blocks cells, words, trie, nodes, leaves,
		macs;          /* elements as in struct tables, of cells and words __u16 and __u32 */
	struct blocks classes; /* of the dimension at hand: roots */
	struct bittree tree;
	struct events events;
	struct intervals intervals;
	struct ranges ranges;
	unsigned int trie_depth;
	struct order order;
	struct fold fold; /* of the image at hand */
	__u8 *image;      /* enum image of each rule */
	__u8 *families;   /* 1 << FAMILY_* of each rule */
	char **err;       /* the caller's, as for FAIL */
};

/* Into *cfg, which is zeros before: the dimensions that the image's rules use, their tables and trees. */
int compile_image(struct compiler *c, enum image image, struct image_cfg *cfg);

#endif
