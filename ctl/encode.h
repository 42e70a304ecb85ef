/* SPDX-License-Identifier: GPL-2.0 */
/* From the intervals of a dimension to the tables that classify.h reads (formats: shared/tables.h). */
#ifndef FW_ENCODE_H
#define FW_ENCODE_H

#include "classes.h"
#include "tables.h"

/* Paged table of `nvalues` values into `cells` (of __u16). Classes must be below 65,536. Sets table and pages. */
void encode_cells(struct blocks *cells, const struct intervals *iv, __u32 nvalues, struct dim_cfg *cfg);

/* Search tree with direct table over `width` bits (32 or 128), into `words` (__u32) and `trie` (struct trie_node).
 * Returns the number of nodes on its longest path. */
unsigned int encode_trie(struct blocks *words, struct blocks *trie, const struct intervals *iv, unsigned int width,
			 struct trie_cfg *cfg);

/*
 * MAC addresses: `tree` holds the rules of an address that none names, `e` an event for each rule and address that
 * it names, in the rules' order, `absent` the root for packets without addresses. Numbers the classes (`classes`,
 * empty before) and adds to `macs` (of struct mac_entry) the addresses whose class is not MAC_CLASS_OTHER.
 */
void encode_macs(struct blocks *macs, struct bittree *tree, struct events *e, struct node absent, enum image image, bool to,
		 struct blocks *classes);

#endif
