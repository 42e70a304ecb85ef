/* SPDX-License-Identifier: GPL-2.0 */
/* Names of numbers, as static tables in the binary: protocols, services, ICMP types, DSCP. No NSS, no files. */
#ifndef FW_CTL_NAMES_H
#define FW_CTL_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name_entry {
	const char *name;
	uint16_t value;
};

/*
 * entries: every name, in byte order. values[v]: the canonical name of v or NULL, v below nvalues. Services
 * have nvalues 0: rules are printed with port numbers.
 */
struct nametab {
	const char *what; /* what a name of this table is called in messages */
	const struct name_entry *entries;
	size_t n;
	const char *const *values;
	size_t nvalues;
};

extern const struct nametab names_protos, names_services, names_icmp, names_icmp6, names_dscp;

/* The number of a name of n bytes (any spelling that the table has), or -ENOENT. */
int name_to_value(const struct nametab *t, const char *s, size_t n);

/* The canonical name of a number, in static storage, or NULL where it has none. */
const char *value_to_name(const struct nametab *t, unsigned value);

/* The protocol's lower-case name, or its number as text in buf (at least 4 bytes): the words of `flows`. */
const char *proto_text(unsigned proto, char buf[4]);

/*
 * ICMP codes, with nft's names. A code's number may differ by family: value[family] is it, or -1 where that
 * family has no such code. Indexed by icmp_code_find, or -ENOENT.
 */
struct icmp_code_name {
	const char *name;
	int value[2]; /* enum family */
};
int icmp_code_find(const char *s, size_t n);
extern const struct icmp_code_name icmp_code_names[];
extern const size_t icmp_code_names_n;

/* The X-lists of the table files: C(name, value) for canonical names, A(name, value) for other spellings. */
#define NAME_ENTRY(name, value)    { name, value },
#define NAME_BY_VALUE(name, value) [value] = name,
#define NAME_SKIP(name, value)

#endif
