/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "encode.h"
#include "util.h"

struct page {
	__u16 v[256];
};

/* Writes the classes of the values from `from` on; *at is the interval of the value before, or 0. */
static void fill_classes(const struct intervals *iv, __u32 from, __u32 n, size_t *at, __u16 *classes)
{
	for (__u32 i = 0; i < n; i++) {
		while (*at + 1 < iv->n && iv->v[*at + 1].start <= from + i)
			++*at;
		classes[i] = (__u16)iv->v[*at].class;
	}
}

void encode_cells(struct blocks *cells, const struct intervals *iv, __u32 nvalues, struct dim_cfg *cfg)
{
	struct blocks pages = BLOCKS(struct page);
	__u16 directory[1024];
	__u32 npages = (nvalues + 255) / 256;
	size_t at = 0;

	if (nvalues <= FLAT_VALUES) {
		__u16 flat[FLAT_VALUES];

		fill_classes(iv, 0, nvalues, &at, flat);
		cfg->table = 0;
		cfg->pages = blocks_append(cells, flat, nvalues);
		return;
	}
	for (__u32 i = 0; i < npages; i++) {
		struct page page = { { 0 } };
		__u32 n = nvalues - i * 256 < 256 ? nvalues - i * 256 : 256;

		fill_classes(iv, i * 256, n, &at, page.v);
		directory[i] = (__u16)blocks_intern(&pages, &page, 1);
	}
	cfg->table = blocks_append(cells, directory, npages);
	cfg->pages = blocks_append(cells, pages.v, pages.n * 256);
	blocks_free(&pages);
}

/* Every table fits the directory. */
#define FITS(id, values) _Static_assert((values) <= 1024 * 256, #id);
FW_DIMS(FITS)
