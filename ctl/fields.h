/* SPDX-License-Identifier: GPL-2.0 */
/* What a rule asks of each dimension (shared/tables.h), as ranges of the dimension's values. */
#ifndef FW_FIELDS_H
#define FW_FIELDS_H

#include "compile.h"
#include "model.h"
#include "ranges.h"

/* The image of a rule: IMAGE_PACKET where it asks for a per-packet field. */
enum image rule_image(const struct rule *r);

/* The families that the rule can match, 1 << FAMILY_* each: by inet or inet6 and by its addresses. */
unsigned int rule_families(const struct rule *r);

/* Does the rule constrain the dimension? Its sets (@name) are not in SRC and DST, but dimensions of their own. */
bool field_given(const struct rule *r, enum dim d);

__u32 dim_values(enum dim d);     /* number of values in its table; 0 for addresses and MACs */
const char *dim_text(enum dim d); /* a name for messages */

/*
 * Values of a table dimension that the rule accepts, normalised, replacing *out. The absent value (NO_PORT,
 * NO_ICMP, NO_FLAGS) is never among them: a field that is asked for must be there. -ENOENT where an interface name
 * has no number (*bad_iface is that name, owned by the rule).
 */
int field_values(const struct rule *r, enum dim d, const struct compile_names *names, struct ranges *out, const char **bad_iface);

/*
 * Addresses of one of the rule's families that a list accepts, as numbers of 32 or 128 bits, normalised, replacing
 * *out. (Of another family a rule accepts none, also where the list is negated.)
 */
void field_addrs(const struct addrset *a, enum family family, struct ranges *out);
static inline u128 family_max(enum family family) { return family == FAMILY_INET ? (u128)0xffffffff : ~(u128)0; }

/* A MAC address as a number, first byte highest, and back. */
u128 mac_number(const struct mac *m);
struct mac number_mac(u128 v);

#endif
