/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT: incompatible pointer type */
/* What a look-up gives is of its own map. */
#include "all_maps.h"

bool f(node_id_t at);
bool f(node_id_t at)
{
#ifdef BAD
	const struct leaf *found = fw_nodes_at(at);
#else
	const struct node *found = fw_nodes_at(at);
#endif
	return found;
}
