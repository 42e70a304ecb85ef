/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/fail.h"
#include "bench_live.h"
#include "bench_rules.h"
#include "bench_sections.h"

enum { LINKS_MAX = 64, ROUNDS = 7, QUICK_ROUNDS = 5, PROBE_PACKETS = 2000, PACKETS_MAX = 4000000 };
#define SECONDS 0.15 /* that a measurement takes about */

struct section {
	struct live_generator generator;
	struct live_link links[LINKS_MAX];
	__u32 packets[LINKS_MAX]; /* that take so long */
	__u64 dropped[LINKS_MAX]; /* in all */
	size_t n;
};

/* Lines SUBJECT|RULES|DEVICE|NETNS|xdp or stack. */
static int read_links(const char *path, struct section *s, char **err)
{
	FILE *f = fopen(path, "r");
	char line[160], hook[8];

	if (!f)
		return FAIL(err, -errno, "%s: %s", path, strerror(errno));
	while (s->n < LINKS_MAX && fgets(line, sizeof(line), f)) {
		struct live_link *l = &s->links[s->n++];

		if (sscanf(line, "%47[^|]|%zu|%15[^|]|%15[^|]|%7s", l->subject, &l->rules, l->device, l->netns, hook) != 5)
			break;
		l->ifindex = if_nametoindex(l->device);
		l->xdp = !strcmp(hook, "xdp");
	}
	if (!feof(f) || !s->n) {
		fclose(f);
		return FAIL(err, -EINVAL, "%s:%zu: not a link", path, s->n);
	}
	fclose(f);
	return 0;
}

/* The packet that the last of so many rules drops (scripts/bench-live.sh). */
static struct bench_packet packet_of(size_t rules)
{
	struct bench_packet p = bench_packet_plain();

	p.ip.saddr = htonl(10u << 24 | (__u32)(rules - 1));
	p.ip.daddr = htonl(0xc0000201u); /* 192.0.2.1 */
	p.udp.dest = htons((__u16)(1024 + (rules - 1) % 60000));
	return p;
}

static int measure_link(struct section *s, size_t i, __u32 packets, double *rate, char **err)
{
	struct bench_packet packet = packet_of(s->links[i].rules);
	__u64 dropped = 0;
	int rc = generator_measure(&s->generator, &s->links[i], &packet, packets, rate, &dropped, err);

	s->dropped[i] += dropped;
	return rc;
}

/* Attaches what is ours to attach, and finds how many packets take long enough. */
static int prepare(struct section *s, size_t i, char **err)
{
	const struct live_link *l = &s->links[i];
	double rate = 0, packets;
	int rc = !strcmp(l->subject, SUBJECT_EMPTY) ? generator_attach_empty(&s->generator, l, err) : 0;

	rc = rc ?: measure_link(s, i, PROBE_PACKETS, &rate, err);
	packets = rate * SECONDS;
	s->packets[i] = packets > PACKETS_MAX ? PACKETS_MAX : packets < PROBE_PACKETS ? PROBE_PACKETS : (__u32)packets;
	return rc;
}

static int measure(struct section *s, const struct bench_options *o, struct bench_results *r, char **err)
{
	size_t rounds = o->quick ? QUICK_ROUNDS : ROUNDS;
	int rc = 0;

	for (size_t round = 0; round < rounds && !rc; round++)
		for (size_t i = 0; i < s->n && !rc; i++) {
			double rate;

			rc = measure_link(s, i, s->packets[i], &rate, err);
			if (!rc)
				bench_add(r, TOPIC_LIVE, s->links[i].subject, s->links[i].rules, rate);
		}
	return rc;
}

/* That fwctl's last rule has counted what the receiver dropped. */
static int check_counters(const struct section *s, size_t i, const char *fwctl, char **err)
{
	const struct live_link *l = &s->links[i];
	_cleanup_free_ char *command = xasprintf("%s -n %s -j rule show %zu", fwctl, l->netns, l->rules);
	char line[4096] = "";
	const char *packets;
	FILE *f = popen(command, "r");

	if (!f)
		return FAIL(err, -errno, "%s: %s", command, strerror(errno));
	while (fgets(line, sizeof(line), f) && !strstr(line, "\"packets\":"))
		;
	packets = strstr(line, "\"packets\":");
	if (pclose(f) || !packets)
		return FAIL(err, -EPROTO, "%s: no counter", command);
	if (strtoull(packets + strlen("\"packets\":"), NULL, 10) != s->dropped[i])
		return FAIL(err, -EILSEQ, "fwctl, %zu rules: %llu packets dropped, the rule says %s", l->rules, s->dropped[i],
			    packets);
	return 0;
}

int bench_section_live(const struct bench_options *o, struct bench_results *r, char **err)
{
	struct section *s = (struct section *)xcalloc(1, sizeof(*s));
	int rc = read_links(o->live, s, err);

	if (!rc)
		rc = generator_open(&s->generator, err);
	if (!rc) {
		for (size_t i = 0; i < s->n && !rc; i++)
			rc = prepare(s, i, err);
		rc = rc ?: measure(s, o, r, err);
		for (size_t i = 0; i < s->n && !rc; i++)
			rc = strcmp(s->links[i].subject, SUBJECT_FWCTL) ? 0 : check_counters(s, i, o->fwctl, err);
		generator_close(&s->generator);
	}
	free(s);
	return rc;
}
