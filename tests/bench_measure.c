/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../ctl/fail.h"
#include "bench_measure.h"
#include "bench.skel.h"

enum { PORTS = 65536, WARM_UP = 1000 };
enum { CROWDED = 32 }; /* so many flows may lose their way to others, in buckets that happen to overflow */

void bench_probes_close(struct bench_probes *p) { bench_bpf__destroy(p->skel); }

int bench_probes_open(struct bench_probes *p, char **err)
{
	struct bpf_program *prog;
	__u32 slot = BENCH_SLOT_EMPTY;
	int rc, fd;

	p->skel = bench_bpf__open();
	if (!p->skel)
		return FAIL(err, -errno, "bench programs: %s", strerror(errno));
	bpf_object__for_each_program(prog, p->skel->obj) /* or they could not go on to those of fwctl */
		if (kernel_has_frags() && bpf_program__type(prog) == BPF_PROG_TYPE_XDP)
			bpf_program__set_flags(prog, BPF_F_XDP_HAS_FRAGS);
	rc = bench_bpf__load(p->skel);
	fd = rc ? -1 : bpf_program__fd(p->skel->progs.bench_empty);
	rc = rc ?: bpf_map_update_elem(bpf_map__fd(p->skel->maps.bench_next), &slot, &fd, 0);
	if (!rc)
		return 0;
	bench_probes_close(p);
	return FAIL(err, rc, "bench programs: %s", strerror(-rc));
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Hands the packet to the program so many times. *ns: a packet, what TEST_RUN itself takes included. */
static int run(int prog, const struct bench_packet *packet, __u32 repeat, double *ns, __u32 *retval)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(*packet), .repeat = (int)repeat);
	double before = cpu_ns();
	int rc = bpf_prog_test_run_opts(prog, &opts);

	*ns = (cpu_ns() - before) / repeat;
	*retval = opts.retval;
	return rc;
}

int bench_measure_empty(struct bench_probes *p, const struct bench_packet *packet, char **err)
{
	const int progs[] = {
		[EMPTY_XDP] = bpf_program__fd(p->skel->progs.bench_empty),
		[EMPTY_TC] = bpf_program__fd(p->skel->progs.bench_empty_tc),
		[EMPTY_VARY] = bpf_program__fd(p->skel->progs.bench_vary_empty),
	};
	__u32 retval;

	for (size_t i = 0; i < EMPTY_COUNT; i++) {
		int rc = run(progs[i], packet, 400000, &p->empty[i], &retval);

		if (rc)
			return FAIL(err, rc, "empty program: %s", strerror(-rc));
	}
	return 0;
}

/* What a kind of case runs, and what must come of it. */
struct plan {
	int prog;
	enum bench_empty empty;
	__u32 repeat, retval;
};

static struct plan plan_of(const struct bench_probes *p, const struct bench_case *c)
{
	const int vary = bpf_program__fd(p->skel->progs.bench_vary);

	switch (c->kind) {
	case CASE_KNOWN:
		return (struct plan){ c->rs->loaded.xdp, EMPTY_XDP, 300000, XDP_PASS };
	case CASE_STATELESS:
		return (struct plan){ c->rs->loaded.xdp, EMPTY_XDP, 100000, XDP_PASS };
	case CASE_KNOWN_OUT:
		return (struct plan){ c->rs->loaded.out, EMPTY_TC, 300000, (__u32)TC_ACT_UNSPEC };
	case CASE_NEW:
		return (struct plan){ vary, EMPTY_VARY, 50000, XDP_PASS };
	case CASE_MANY:
		return (struct plan){ vary, EMPTY_VARY, 2 * PORTS, XDP_PASS };
	case CASE_PEER:
		break;
	}
	return (struct plan){ c->prog, EMPTY_XDP, 300000, XDP_DROP };
}

/* Packets that must have gone before, and flows that must then be in the table. */
static int prepare(const struct bench_instance *in, const struct bench_probes *p, const struct bench_case *c,
		   const struct plan *plan, const struct bench_packet *packet)
{
	__u32 slot = BENCH_SLOT_RULES, retval;
	double ns;
	int rc = 0;

	if (c->kind == CASE_NEW || c->kind == CASE_MANY) {
		rc = bpf_map_update_elem(bpf_map__fd(p->skel->maps.bench_next), &slot, &c->rs->loaded.xdp, 0);
		bench_flows_clear(in);
	}
	if (!rc && c->kind != CASE_NEW)
		rc = run(plan->prog, packet, c->kind == CASE_MANY ? PORTS : WARM_UP, &ns, &retval);
	return rc;
}

struct counts { __u64 rule, flow, flows, lost; };
static int read_counts(const struct bench_instance *in, const struct bench_case *c, const struct bench_packet *packet,
		       struct counts *n)
{
	const struct flow *f = bench_flow_of(in, packet);

	n->flow = f ? f->packets[0] : 0;
	n->flows = c->kind == CASE_NEW || c->kind == CASE_MANY ? bench_flows(in) : 0;
	return bench_rule_packets(c->rs, &n->rule) ?: bench_lost_packets(in, &n->lost);
}

static bool counted_right(enum bench_kind kind, __u32 sent, const struct counts *before, const struct counts *after)
{
	__u64 flow = after->flow - before->flow;

	switch (kind) {
	case CASE_PEER:
		return true;
	case CASE_KNOWN:
	case CASE_KNOWN_OUT:
		break;
	case CASE_STATELESS:
		return after->rule - before->rule == sent && !after->flow;
	case CASE_NEW:
		/* A bucket may overflow: then a flow, of one packet so far, gives way. */
		return after->rule - before->rule == sent && before->flows == 0 &&
		       after->flows + (after->lost - before->lost) == sent && after->lost - before->lost < CROWDED;
	case CASE_MANY:
		return after->rule - before->rule == sent && before->flows > PORTS - CROWDED &&
		       after->flows == before->flows && after->lost - before->lost < sent / PORTS * CROWDED;
	}
	return after->rule - before->rule == sent && flow == sent;
}

int bench_measure(const struct bench_instance *in, const struct bench_probes *p, struct bench_case *c, size_t round,
		  char **err)
{
	const char *name = bench_kind_text(c->kind);
	struct bench_packet packet = c->rs->packet;
	struct plan plan = plan_of(p, c);
	struct counts before, after;
	double full = 0;
	__u32 retval = 0;
	int rc;

	/* Each round another flow, elsewhere in the table: where its entry lies beside other memory makes a difference. */
	packet.udp.source = htons((__u16)(ntohs(packet.udp.source) + round));
	rc = prepare(in, p, c, &plan, &packet);
	rc = rc ?: read_counts(in, c, &packet, &before);
	rc = rc ?: run(plan.prog, &packet, plan.repeat, &full, &retval);
	rc = rc ?: read_counts(in, c, &packet, &after);
	if (rc)
		return FAIL(err, rc, "%s: %s", name, strerror(-rc));
	if (retval != plan.retval)
		return FAIL(err, -EILSEQ, "%s, %zu rules: returned %d, not %d", name, c->rs->rules, (int)retval, (int)plan.retval);
	if (!counted_right(c->kind, plan.repeat, &before, &after))
		return FAIL(err, -EILSEQ, "%s, %zu rules: %u packets sent; rule counted %llu, flow %llu, %llu flows made, %llu lost",
			    name, c->rs->rules, plan.repeat, after.rule - before.rule, after.flow - before.flow,
			    after.flows - before.flows, after.lost - before.lost);
	c->net[round] = full - p->empty[plan.empty];
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_quantile(double *v, size_t n, double part)
{
	double at = part * (double)(n - 1);
	size_t below = (size_t)at, above = below + 1 < n ? below + 1 : below;

	qsort(v, n, sizeof(*v), by_value);
	return v[below] + (v[above] - v[below]) * (at - (double)below);
}
