/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dynamic sets in the kernel: numbers, elements. A set whose declaration has elements gets a new number at each
 * change, so that the rules that are live keep theirs until the swap.
 */
#ifndef FW_SETS_H
#define FW_SETS_H

#include "live.h"

struct set_numbers {
	__u16 v[SETS_MAX];
	size_t n;
};

/* Has the set elements of its own in the text (else it keeps those that are live)? */
static inline bool set_is_declared_whole(const struct set *s) { return s->n || s->file; }

/*
 * Numbers for the sets of `rs`, filled with their elements; a set without elements of its own keeps the number
 * that `old` (the live ruleset as a model, with its numbers in old_info) has for its name and type. On error what was
 * made is removed again. With `keep` all sets that `old` has stay as they are, whatever rs says of their elements.
 */
int sets_prepare(const struct instance_maps *m, const struct ruleset *rs, const struct ruleset *old,
		 const struct ruleset_info *old_info, bool keep, struct set_numbers *out, char **err);

/* Whether an address is in the kernel's set. */
bool set_contains(const struct instance_maps *m, __u16 number, enum set_type type, enum family family, const addr_t *a);

/* Removes the elements and names of all sets but these. */
int sets_keep_only(const struct instance_maps *m, const struct set_numbers *keep);

/* Whether the kernel's set holds exactly the declared elements. */
bool set_holds(const struct instance_maps *m, __u16 number, const struct set *s);

/* Number of elements of a set (a range may be several prefixes). */
size_t set_count(const struct instance_maps *m, __u16 number, enum set_type type);

#endif
