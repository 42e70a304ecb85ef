/* SPDX-License-Identifier: GPL-2.0 */
#include "timeouts.h"

static const uint32_t defaults_s[TIMEOUT_COUNT] = {
	[TIMEOUT_TCP_SYN] = 60,       [TIMEOUT_TCP_ESTABLISHED] = 86400, [TIMEOUT_TCP_CLOSING] = 60, [TIMEOUT_TCP_CLOSED] = 10,
	[TIMEOUT_UDP_UNREPLIED] = 30, [TIMEOUT_UDP_REPLIED] = 120,       [TIMEOUT_ICMP] = 30,        [TIMEOUT_OTHER] = 600,
	[TIMEOUT_FRAGMENT] = 30,
};

void timeouts_fill(const struct options *o, __u64 tick_ns, struct settings *out)
{
	for (int i = 0; i < TIMEOUT_COUNT; i++)
		out->timeout[i] = (o->timeout_s[i] ? o->timeout_s[i] : defaults_s[i]) * 1000000000ull / tick_ns;
}
