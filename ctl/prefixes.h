/* SPDX-License-Identifier: GPL-2.0 */
/* Ranges of addresses as the fewest prefixes. */
#ifndef FW_PREFIXES_H
#define FW_PREFIXES_H

#include "model.h"

/* plen counts bits of the 128-bit form, so that an IPv4 /8 is 104. */
struct prefix {
	enum family family;
	__u8 plen;
	addr_t addr;
};
struct prefix_list {
	struct prefix *v;
	size_t n, cap;
};

/* Appends the prefixes that cover exactly the range. */
void prefixes_of(const struct addr_range *r, struct prefix_list *out);
void prefixes_sort_unique(struct prefix_list *l);

#endif
