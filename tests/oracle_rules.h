/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random rules around packets that there are, each in two languages: as fwctl's and as libpcap's filter expressions. Neither is made
 * from the other; what a rule means is taken from README, what an expression means from pcap-filter(7).
 */
#ifndef FW_TESTS_ORACLE_RULES_H
#define FW_TESTS_ORACLE_RULES_H

#include "../ctl/util.h"
#include "../shared/packet.h"
#include "random.h"

/* Expressions for frames of no tag, one, and two; "" for none that could match. libpcap moves its offsets behind each `vlan`. */
enum { ORACLE_TAGS = 3 };
struct oracle_rule {
	struct strbuf rule, filter[ORACLE_TAGS];
};

/* `packets`: n of status ok, Ethernet. */
void oracle_rule_make(struct random *g, const struct packet *packets, size_t n, struct oracle_rule *out);
void oracle_rule_free(struct oracle_rule *r);

#endif
