/* SPDX-License-Identifier: GPL-2.0 */
/* Rule text for the benchmark of apply. */
#ifndef FW_TESTS_BENCH_MIX_H
#define FW_TESTS_BENCH_MIX_H

#include "../ctl/util.h"

/*
 * So many rules of the kinds that people write: services on hosts and networks with lists of addresses and ports, blocked sources, ICMP
 * types, IPv6, both directions. The same for the same number; `variant` (0, 1) differs in the verdict of the last rule.
 */
void bench_mix_text(size_t rules, unsigned int variant, struct strbuf *out);

#endif
