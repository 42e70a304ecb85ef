/* SPDX-License-Identifier: GPL-2.0 */
/* Traffic by address: what each host sent and received. */
#ifndef FW_TOP_HOSTS_H
#define FW_TOP_HOSTS_H

#include "sample.h"

struct host {
	addr_t addr;
	__u64 packets[2], bytes[2];
	__u8 family, used;
	__u8 zero[6];
}; /* [0] sent, [1] received */
struct hosts {
	struct host *v;
	size_t cap, n;
}; /* open addressing; cap is a power of two */

void hosts_clear(struct hosts *h);
void hosts_free(struct hosts *h);
/* packets and bytes: [0] sent by it, [1] received. */
void hosts_add(struct hosts *h, enum family family, const addr_t *a, const __u64 packets[2], const __u64 bytes[2]);
/* The busiest `max` as rates over `seconds`. Returns how many there are. */
size_t hosts_top(const struct hosts *h, bool by_packets, double seconds, struct top_host *out, size_t max);

#endif
