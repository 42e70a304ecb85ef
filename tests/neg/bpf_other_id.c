/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: incompatible type for argument 1 */
/* EXPECT clang: incompatible type */
/* A place in the leaves is none in the nodes. */
#include "all_maps.h"

bool f(node_id_t node, leaf_id_t leaf);
bool f(node_id_t node, leaf_id_t leaf)
{
	(void)node;
	(void)leaf;
#ifdef BAD
	return fw_nodes_at(leaf) != NULL;
#else
	return fw_nodes_at(node) != NULL;
#endif
}
