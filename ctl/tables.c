/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "tables.h"
#include "util.h"

void tables_free(struct tables *t)
{
	free(t->cells);
	free(t->words);
	free(t->trie);
	free(t->nodes);
	free(t->leaves);
	free(t->macs);
	free(t->actions);
	memset(t, 0, sizeof(*t));
}
