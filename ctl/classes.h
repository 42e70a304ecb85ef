/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From ranges to classes: the places where rules begin or end to match are sorted, and a sweep over them gives
 * every interval between two places the class of the rules that hold there.
 */
#ifndef FW_CLASSES_H
#define FW_CLASSES_H

#include "bittree.h"
#include "ranges.h"

/* At `at`, this rule begins to match or ceases to. */
struct event {
	u128 at;
	__u32 rule;
};
struct events {
	struct event *v;
	size_t n, cap;
};
/* From `start` up to the next interval's start the values have this class. The first starts at 0. */
struct interval {
	u128 start;
	__u32 class;
};
struct intervals {
	struct interval *v;
	size_t n, cap;
};

/* The places where `rule` begins and ends; `r` is normalised and within 0 to max. */
void events_add(struct events *e, __u32 rule, const struct ranges *r, u128 max);

/* By place; events of one place stay in the order in which they were added. */
void events_sort(struct events *e);
void events_free(struct events *e);

/* In how many places there are events, of `values` places. */
size_t events_places(const struct events *e, __u32 values);

/*
 * `tree` holds the rules that match before any event. `classes` (of struct node: the index of a root is the class)
 * grows by what is new; *out is replaced: neighbours differ in class. Sorts the events.
 */
void classes_sweep(struct bittree *tree, struct events *e, struct blocks *classes, struct intervals *out);

/* The same, but classes are not trees yet: `rows` (of __u64) has tree->nwords words of bits for each. */
void classes_sweep_rows(struct bittree *tree, struct events *e, struct blocks *rows, struct intervals *out);

void intervals_free(struct intervals *iv);

#endif
