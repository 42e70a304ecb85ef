/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: implicit conversion from 'const void *' */
/* BLIND clang: as bpf_void_pointer.c */
/* Nor does a void * make one value of another. */
#include "all_maps.h"

bool f(const void *any, const struct node *n);
bool f(const void *any, const struct node *n)
{
	(void)any;
	(void)n;
#ifdef BAD
	const struct leaf *l = any;

	return l->rules;
#else
	return n->mask;
#endif
}
