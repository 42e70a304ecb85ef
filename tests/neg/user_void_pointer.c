/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: implicit conversion from 'const void *' */
/* BLIND clang: C lets void * stand for any pointer, and clang warns of it from version 21 on only; gcc sees it by scripts/strict.sh */
/* A void * would carry any key to any map. */
#include "../../ctl/maps.h"

int f(fw_set_addrs_t m, const void *any, const struct set_addr_key *key);
int f(fw_set_addrs_t m, const void *any, const struct set_addr_key *key)
{
	(void)any;
	(void)key;
#ifdef BAD
	return fw_set_addrs_del(m, any);
#else
	return fw_set_addrs_del(m, key);
#endif
}
