/* SPDX-License-Identifier: GPL-2.0 */
/* A ruleset compiled as the kernel gets it, walked natively by the kernel's own classifier, and beside it the linear scan. */
#ifndef FW_TESTS_NATIVE_RULES_H
#define FW_TESTS_NATIVE_RULES_H

#include "../ctl/compile.h"

struct native_rules {
	const struct ruleset *rs;
	struct tables tables;
	char ifaces[IFACE_MAX][IFNAMSIZ]; /* a number each, from 1, as they come */
};

/* rs has to outlive *n. 0 or what compile() says. */
int native_rules_open(struct native_rules *n, const struct ruleset *rs, char **err);
void native_rules_close(struct native_rules *n);

/*
 * The first rule that matches a packet of status ok, both by the tables and by the scan, at the interface `on` (NULL: none that
 * rules name). False where they differ, or the tables contradict themselves.
 */
bool native_rules_agree(struct native_rules *n, const struct packet *p, enum direction d, const char *on, rule_id_t *rule,
			rule_id_t *scanned);

#endif
