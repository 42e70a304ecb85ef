/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: read-only object */
/* EXPECT clang: const-qualified */
/* What a look-up in a set finds is read-only. */
#include "all_maps.h"

int f(const struct mac_key *k, __u32 class_found);
int f(const struct mac_key *k, __u32 class_found)
{
	const struct mac_class *c = fw_macs_get(k);

	if (!c)
		return 0;
#ifdef BAD
	c->class = class_found;
#endif
	return c->class == class_found;
}
