/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible pointer type */
/* EXPECT clang: incompatible pointer types */
/* The key of one set map does not open another. */
#include "../../ctl/maps.h"

int f(fw_set_addrs_t m, const struct set_addr_key *addr, const struct set_net_key *net, struct set_elem *e);
int f(fw_set_addrs_t m, const struct set_addr_key *addr, const struct set_net_key *net, struct set_elem *e)
{
	(void)addr;
	(void)net;
#ifdef BAD
	return fw_set_addrs_get(m, net, e);
#else
	return fw_set_addrs_get(m, addr, e);
#endif
}
