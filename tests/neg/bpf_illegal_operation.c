/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT: implicit declaration of function */
/* Programs read sets and never change them. */
#include "all_maps.h"

bool f(const struct mac_key *k);
bool f(const struct mac_key *k)
{
#ifdef BAD
	return fw_macs_put(k, 0);
#else
	return fw_macs_get(k);
#endif
}
