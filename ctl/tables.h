/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A compiled ruleset in memory: the arrays that the loader copies into maps, and that classify.h walks natively.
 * Owned by the struct; tables_free releases. Counts are of elements of the arrays' types.
 */
#ifndef FW_CTL_TABLES_H
#define FW_CTL_TABLES_H

#include "../shared/tables.h"

struct mac_entry {
	struct mac_key key;
	struct mac_class value;
};

struct tables {
	struct ruleset_cfg cfg;
	struct cells *cells;
	size_t ncells;
	struct words *words;
	size_t nwords;
	struct trie_node *trie;
	size_t ntrie;
	struct node *nodes;
	size_t nnodes;
	struct leaf *leaves;
	size_t nleaves;
	struct mac_entry *macs;
	size_t nmacs;
	struct rule_action *actions;
	size_t nactions; /* one a rule, base counts 0 */
	bool logs;       /* a rule has ACTION_LOG */
	bool stateful;   /* a rule or default makes flows */
	/* Which dynamic set an address is in, for native classification: set_contains(arg, set, type, family, addr). */
	bool (*set_contains)(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a);
	void *set_arg;
};

void tables_free(struct tables *t);

#endif
