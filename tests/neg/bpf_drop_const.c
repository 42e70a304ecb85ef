/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: discards 'const' qualifier */
/* EXPECT clang: discards qualifiers */
/* Nor is it written through a pointer that forgot so. */
#include "all_maps.h"

bool f(node_id_t at);
bool f(node_id_t at)
{
#ifdef BAD
	struct node *n = fw_nodes_at(at);
#else
	const struct node *n = fw_nodes_at(at);
#endif
	return n;
}
