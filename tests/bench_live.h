/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live traffic: a generator on this side of a veth, a contender that drops in the namespace on the other side, and the kernel's counts
 * of what became of the packets there.
 */
#ifndef FW_TESTS_BENCH_LIVE_H
#define FW_TESTS_BENCH_LIVE_H

#include "bench_packet.h"
#include "bench_results.h"

/* One contender, set up by scripts/bench-live.sh. Its last rule drops the packet. */
struct live_link {
	char subject[BENCH_SUBJECT_MAX];
	size_t rules;
	char device[16], netns[16]; /* ours; the namespace whose device LIVE_DEVICE is the other end */
	unsigned int ifindex;       /* of ours */
	bool xdp;                   /* drops on XDP */
};
#define LIVE_DEVICE "r0"

/* What the receiving device and the namespace's IP layer have counted. */
struct live_counts {
	__u64 received, xdp_dropped, ip_received;
};

struct live_generator {
	struct bench_live_bpf *skel;
};
int generator_open(struct live_generator *g, char **err);
void generator_close(struct live_generator *g);

/* The program that only drops, onto the receiving device of the link. */
int generator_attach_empty(const struct live_generator *g, const struct live_link *l, char **err);

/*
 * Sends so many packets, rounded up to whole batches. *rate is what was dropped a second at the receiver, which takes its packets on the
 * sender's CPU between the batches. -EILSEQ when a packet got through to the IP layer.
 */
int generator_measure(const struct live_generator *g, const struct live_link *l, const struct bench_packet *packet, __u32 packets,
		      double *rate, __u64 *dropped, char **err);

#endif
