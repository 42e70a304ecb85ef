/* SPDX-License-Identifier: GPL-2.0 */
#include "encode.h"
#include "fields.h"
#include "util.h"

/* The rules that name an address differ there from all other addresses: flip them, store, flip them back. */
static struct node store_address(struct bittree *tree, const struct event *e, size_t n)
{
	struct node root = { 0, 0, 0 };

	for (int back = 0; back < 2; back++) {
		for (size_t i = 0; i < n; i++)
			if (!i || e[i].rule != e[i - 1].rule) /* named twice by one rule */
				bittree_flip(tree, e[i].rule);
		if (!back)
			root = bittree_store(tree);
	}
	return root;
}

void encode_macs(struct blocks *macs, struct bittree *tree, struct events *e, struct node absent, enum image image, bool to,
		 struct blocks *classes)
{
	struct node other = bittree_store(tree);
	size_t n;

	blocks_intern(classes, &other, 1);
	blocks_append(classes, &absent, 1); /* class 1 even where it is equal to class 0 */
	events_sort(e);
	for (size_t i = 0; i < e->n; i += n) {
		struct mac_entry entry = { { (__u8)image, to, number_mac(e->v[i].at) }, { 0 } };
		struct node root;

		for (n = 1; i + n < e->n && e->v[i + n].at == e->v[i].at; n++)
			;
		root = store_address(tree, &e->v[i], n);
		entry.value.class = blocks_intern(classes, &root, 1);
		if (entry.value.class != MAC_CLASS_OTHER)
			blocks_append(macs, &entry, 1);
	}
}
