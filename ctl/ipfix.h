/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPFIX messages (RFC 7011): templates, flow records as biflows (RFC 5103), and options: the names of rules, and what could
 * not be sent (RFC 7011, 4.3). Only bytes: who sends them is sink_ipfix.c.
 *
 * Each message may begin with the templates; then come sets of data. What does not fit is refused, and the message as it was; the
 * caller ends it, sends it, and begins another.
 */
#ifndef FW_IPFIX_H
#define FW_IPFIX_H

#include "record.h"
#include "../shared/export.h"

/* Templates, one a set id from IPFIX_TEMPLATE_FIRST on; the last two are options templates. */
#define IPFIX_TEMPLATES(X)      \
	X(IPFIX_IPV4, "ipv4")   \
	X(IPFIX_IPV6, "ipv6")   \
	X(IPFIX_ICMP, "icmp")   \
	X(IPFIX_ICMP6, "icmp6") \
	X(IPFIX_RULES, "rules") \
	X(IPFIX_UNSENT, "unsent")
FW_ENUM(ipfix_template, IPFIX_TEMPLATES, IPFIX_TEMPLATE_COUNT)
enum { IPFIX_TEMPLATE_FIRST = 256, IPFIX_MAX = 65535, IPFIX_MIN = 1024 };

struct ipfix_message {
	__u8 *buf; /* owned by the caller; `max` bytes, IPFIX_MIN to IPFIX_MAX */
	size_t max, len;
	size_t set;    /* where the set at hand begins; 0: none */
	__u32 records; /* data records, those of options included */
};

void ipfix_begin(struct ipfix_message *m, __u8 *buf, size_t max);
/* All templates. Fits into an empty message of IPFIX_MIN bytes. */
bool ipfix_add_templates(struct ipfix_message *m);
bool ipfix_add_flow(struct ipfix_message *m, const struct flow_record *r);
/* What a rule number (0: the defaults) in flow records of this ruleset means. */
bool ipfix_add_rule(struct ipfix_message *m, __u32 ruleset, __u32 rule, const char *label);
/* Records, packets and bytes that were not sent so far; `process` is the exporting process' id. */
bool ipfix_add_unsent(struct ipfix_message *m, __u32 process, const struct export_tally *unsent);
/*
 * Closes the message: its header gets the length, the time in s since the epoch, the domain, and the number of data records
 * sent before this message in the transport session. Returns its length in bytes.
 */
size_t ipfix_end(struct ipfix_message *m, __u32 time_s, __u32 domain, __u32 sequence);

#endif
