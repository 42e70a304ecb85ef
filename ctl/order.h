/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where each rule's bit stands in the trees. Not in file order: rules that ask alike stand together, so that a packet's classes meet
 * in few leaves ("aggregated bit vectors", Baboescu and Varghese, SIGCOMM 2001, with their rearrangement of rules). The first
 * match is then the lowest rule of all leaves where the classes meet; so that a walk can end early, rules of a leaf
 * stand in file order, leaves below a node by their first rule, as do these nodes.
 */
#ifndef FW_ORDER_H
#define FW_ORDER_H

#include "model.h"

struct order {
	__u32 *place; /* of each rule */
	__u32 places; /* one more than the last; up to NODE_PLACES more than rules, some being nobody's */
};

/* Places of rs's rules, of which there are up to RULE_MAX; order_free releases. Up to LEAF_PLACES rules stand in file order. */
void order_rules(const struct ruleset *rs, struct order *out);
void order_free(struct order *o);

#endif
