/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: implicit conversion from 'const void *' */
/* BLIND clang: C lets void * stand for any pointer, and clang warns of it from version 21 on only; gcc reads the BPF sources by scripts/strict.sh */
/* A void * would carry any key to any map. */
#include "all_maps.h"

bool f(const void *any, const struct mac_key *k);
bool f(const void *any, const struct mac_key *k)
{
	(void)any;
	(void)k;
#ifdef BAD
	return fw_macs_get(any);
#else
	return fw_macs_get(k);
#endif
}
