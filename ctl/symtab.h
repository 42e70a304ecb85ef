/* SPDX-License-Identifier: GPL-2.0 */
/* Names to indices, hashed. The names are not copied: they must outlive the table. */
#ifndef FW_CTL_SYMTAB_H
#define FW_CTL_SYMTAB_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	const char *s;
	size_t n;
	int index;
};
/* Zero-initialise; symtab_free releases. */
struct symtab {
	struct symbol *slots;
	size_t cap, n;
};

/* The index of a name, or -ENOENT. */
int symtab_find(const struct symtab *t, const char *s, size_t n);
/* Adds a name that is not there yet. */
void symtab_add(struct symtab *t, const char *s, size_t n, int index);
void symtab_free(struct symtab *t);

/* FNV-1a, also used to find equal values in long lists. */
uint64_t hash_bytes(const void *p, size_t n);

#endif
