/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "names.h"

/* As strcmp of a text of n bytes (no NUL in it) and a string. */
static int text_cmp(const char *s, size_t n, const char *name)
{
	int c = strncmp(s, name, n);

	return c ? c : name[n] ? -1 : 0;
}

int name_to_value(const struct nametab *t, const char *s, size_t n)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = text_cmp(s, n, t->entries[mid].name);

		if (!c)
			return t->entries[mid].value;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -ENOENT;
}

const char *value_to_name(const struct nametab *t, unsigned value) { return value < t->nvalues ? t->values[value] : NULL; }

const char *proto_text(unsigned proto, char buf[4])
{
	const char *name = value_to_name(&names_protos, proto);

	if (name)
		return name;
	snprintf(buf, 4, "%u", proto & 255);
	return buf;
}

const struct icmp_code_name icmp_code_names[] = {
	{ "addr-unreachable", { -1, 3 } }, { "admin-prohibited", { 13, 1 } }, { "frag-needed", { 4, -1 } },
	{ "host-prohibited", { 10, -1 } }, { "host-unreachable", { 1, -1 } }, { "net-prohibited", { 9, -1 } },
	{ "net-unreachable", { 0, -1 } },  { "no-route", { -1, 0 } },         { "policy-fail", { -1, 5 } },
	{ "port-unreachable", { 3, 4 } },  { "prot-unreachable", { 2, -1 } }, { "reject-route", { -1, 6 } },
};
const size_t icmp_code_names_n = sizeof(icmp_code_names) / sizeof(icmp_code_names[0]);

int icmp_code_find(const char *s, size_t n)
{
	for (size_t i = 0; i < icmp_code_names_n; i++)
		if (!text_cmp(s, n, icmp_code_names[i].name))
			return (int)i;
	return -ENOENT;
}
