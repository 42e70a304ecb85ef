/* SPDX-License-Identifier: GPL-2.0 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "../ctl/fail.h"
#include "../ctl/netns.h"
#include "bench_live.h"
#include "bench_sections.h"
#include "bench_live.skel.h"

enum { BATCH = 64, STATS_MAX = 256 };

void generator_close(struct live_generator *g) { bench_live_bpf__destroy(g->skel); }

int generator_open(struct live_generator *g, char **err)
{
	g->skel = bench_live_bpf__open_and_load();
	return g->skel ? 0 : FAIL(err, -errno, "generator: %s", strerror(errno));
}

int generator_attach_empty(const struct live_generator *g, const struct live_link *l, char **err)
{
	int back = -1, rc = netns_enter(l->netns, &back, err), left;

	if (rc)
		return rc;
	rc = bpf_xdp_attach((int)if_nametoindex(LIVE_DEVICE), bpf_program__fd(g->skel->progs.bench_drop), XDP_FLAGS_DRV_MODE,
			    NULL);
	left = netns_return(back, err);
	return rc ? FAIL(err, rc, "%s: %s", l->netns, strerror(-rc)) : left;
}

/* The driver's statistic of this name. */
static int ethtool_stat(int fd, const char *name, __u64 *value)
{
	struct {
		struct ethtool_gstrings head;
		char name[STATS_MAX][ETH_GSTRING_LEN];
	} names = {
		.head = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_STATS },
	};
	struct {
		struct ethtool_stats head;
		__u64 value[STATS_MAX];
	} values = { .head = { .cmd = ETHTOOL_GSTATS } };
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (char *)&info };

	strcpy(ifr.ifr_name, LIVE_DEVICE);
	if (ioctl(fd, SIOCETHTOOL, &ifr) || info.n_stats > STATS_MAX)
		return errno ? -errno : -E2BIG;
	names.head.len = values.head.n_stats = info.n_stats;
	ifr.ifr_data = (char *)&names;
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		return -errno;
	ifr.ifr_data = (char *)&values;
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		return -errno;
	for (__u32 i = 0; i < info.n_stats; i++)
		if (!strncmp(names.name[i], name, ETH_GSTRING_LEN)) {
			*value = values.value[i];
			return 0;
		}
	return -ENOENT;
}

/* Ip InReceives of the calling thread's namespace (RFC 4293 ipSystemStatsInReceives). */
static int ip_received(__u64 *value)
{
	unsigned long long v;
	FILE *f = fopen("/proc/thread-self/net/snmp", "r");
	int n;

	if (!f)
		return -errno;
	n = fscanf(f, "Ip: %*[^\n] Ip: %*u %*u %llu", &v);
	fclose(f);
	*value = v;
	return n == 1 ? 0 : -EPROTO;
}

static int read_counts(const struct live_link *l, struct live_counts *c, char **err)
{
	int back = -1, rc = netns_enter(l->netns, &back, err), left;
	_cleanup_close_ int fd = -1;

	if (rc)
		return rc;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 ? -errno : ethtool_stat(fd, "rx_queue_0_xdp_packets", &c->received);
	rc = rc ?: ethtool_stat(fd, "rx_queue_0_xdp_drops", &c->xdp_dropped);
	rc = rc ?: ip_received(&c->ip_received);
	left = netns_return(back, err);
	return rc ? FAIL(err, rc, "counts of %s: %s", l->netns, strerror(-rc)) : left;
}

/* Runs the generator ahead of all else that wants this CPU; *seconds from the first packet to when all but the last batch are done. */
static int generate(const struct live_generator *g, const struct live_link *l, const struct bench_packet *packet, __u32 batches,
		    double *seconds)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(*packet), .repeat = (int)(batches * BATCH),
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	struct bench_live_bpf__bss *b = g->skel->bss;
	int rc;

	b->live_ifindex = l->ifindex;
	b->live_sent = 0;
	b->live_last = (batches - 1) * BATCH;
	bench_go_first(true);
	rc = bpf_prog_test_run_opts(bpf_program__fd(g->skel->progs.bench_generate), &opts);
	bench_go_first(false);
	*seconds = (double)(b->live_until - b->live_from) / 1e9;
	return rc;
}

int generator_measure(const struct live_generator *g, const struct live_link *l, const struct bench_packet *packet, __u32 packets,
		      double *rate, __u64 *dropped, char **err)
{
	__u32 batches = packets / BATCH + 2;
	struct live_counts before, after;
	double seconds;
	__u64 through;
	int rc = read_counts(l, &before, err);

	if (rc)
		return rc;
	rc = generate(g, l, packet, batches, &seconds);
	if (rc)
		return FAIL(err, rc, "generator: %s", strerror(-rc));
	rc = read_counts(l, &after, err);
	if (rc)
		return rc;
	through = after.ip_received - before.ip_received;
	*dropped = l->xdp ? after.xdp_dropped - before.xdp_dropped : after.received - before.received - through;
	if (through || !*dropped)
		return FAIL(err, -EILSEQ, "%s, %zu rules: of %u packets %llu were dropped, %llu got through", l->subject,
			    l->rules, batches * BATCH, *dropped, through);
	*rate = (double)*dropped * (batches - 1) / batches / seconds;
	return 0;
}
