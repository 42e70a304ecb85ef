/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT: incompatible pointer type */
/* The key of one set map does not open another. */
#include "all_maps.h"

bool f(const struct set_addr_key *addr, const struct set_net_key *net);
bool f(const struct set_addr_key *addr, const struct set_net_key *net)
{
	(void)addr;
	(void)net;
#ifdef BAD
	return fw_set_addrs_get(net) != NULL;
#else
	return fw_set_addrs_get(addr) != NULL;
#endif
}
