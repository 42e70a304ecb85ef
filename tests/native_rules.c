/* SPDX-License-Identifier: GPL-2.0 */
#include <stdio.h>
#include <string.h>
#include "native_rules.h"
#include "../ctl/classify.h"
#include "../ctl/linear.h"

static iface_id_t iface_number(void *arg, const char *name)
{
	struct native_rules *n = (struct native_rules *)arg;

	for (unsigned int i = 1; i < IFACE_MAX; i++) {
		if (!n->ifaces[i][0])
			snprintf(n->ifaces[i], IFNAMSIZ, "%s", name);
		if (!strcmp(n->ifaces[i], name))
			return (iface_id_t){ (__u8)i };
	}
	return (iface_id_t){ IFACE_NONE };
}

static __u16 set_number(void *arg, size_t index)
{
	(void)arg;
	return (__u16)index;
}

static bool set_contains(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	const struct native_rules *n = (const struct native_rules *)arg;
	const struct set *v = &n->rs->sets[set];
	bool found = false;

	(void)type;
	for (size_t i = 0; set < n->rs->nsets && i < v->n; i++)
		found |= v->v[i].family == family && memcmp(a, &v->v[i].lo, sizeof(*a)) >= 0 &&
			 memcmp(a, &v->v[i].hi, sizeof(*a)) <= 0;
	return found;
}

int native_rules_open(struct native_rules *n, const struct ruleset *rs, char **err)
{
	const struct compile_names names = { iface_number, set_number, n };
	int rc;

	memset(n, 0, sizeof(*n));
	n->rs = rs;
	rc = compile(rs, &names, &n->tables, err);
	n->tables.set_contains = set_contains;
	n->tables.set_arg = n;
	return rc;
}

void native_rules_close(struct native_rules *n) { tables_free(&n->tables); }

bool native_rules_agree(struct native_rules *n, const struct packet *p, enum direction d, const char *on, rule_id_t *rule,
			rule_id_t *scanned)
{
	iface_id_t iface = on ? iface_number(n, on) : (iface_id_t){ IFACE_NONE };

	*scanned = linear_scan(n->rs, LINEAR_ALL, p, d, on, NULL);
	return !tables_classify(&n->tables, p, d, iface, rule) && rule->raw == scanned->raw;
}
