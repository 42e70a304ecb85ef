/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet that nobody sent: made from rule-like words (`explain`), or an example that proves a finding (`check`). As
 * text it is what `explain` takes. What is not said has these values:
 *   proto tcp (icmp or icmp6 where a type is given), from port 40000, to port 80, flags S, icmp-type echo-request code 0,
 *   ttl 64, dscp 0, length 60 (IPv6 80), vlan 0, whole (`frag` without ports, type or flags: a later fragment),
 *   no interface that rules name, mac-from 02:00:00:00:00:01, mac-to 02:00:00:00:00:02
 */
#ifndef FW_PROBE_H
#define FW_PROBE_H

#include "model.h"
#include "util.h"

struct probe {
	struct packet packet;
	enum direction direction;
	char iface[IFNAMSIZ]; /* "": none that rules could name */
};
static inline const char *probe_iface(const struct probe *p) { return p->iface[0] ? p->iface : NULL; }

/* The defaults of a family: from 192.0.2.1 (2001:db8::1) to 198.51.100.1 (2001:db8::2). */
void probe_init(struct probe *p, enum family family);

/*
 * Brings the packet in line with its protocol, family and fragment: what such a packet does not have becomes 0, what
 * follows from other fields is set, a length that is too small for its headers makes it STATUS_MALFORMED. With this, *p
 * is as the parser would make it.
 */
void probe_settle(struct probe *p);

/* Does the protocol have these in a whole packet? HAS_PORTS, HAS_ICMP, HAS_FLAGS. */
unsigned int proto_has(unsigned int proto);

/* The smallest length that such a packet can have. */
uint32_t probe_min_length(enum family family, unsigned int proto, enum fragment fragment);

/* Is it a header that the walk over an IPv6 packet's headers goes on behind? */
bool is_extension_header(unsigned int proto);

/*
 * The packet that a rule-like text (rulelike_parse) describes. What was assumed is appended to *assumed as words. -EINVAL
 * with *err where the words are no single packet or an address is missing.
 */
int probe_of_rule(const struct rule *r, struct probe *out, struct strbuf *assumed, char **err);

/* The packet as such words, defaults left out but for ports and type. */
void probe_print(const struct probe *p, struct strbuf *out);

#endif
