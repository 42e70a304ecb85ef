/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "../ctl/fail.h"
#include "bench_measure.h"
#include "bench_sections.h"
#include "bench.skel.h"

enum { PORTS = 65536, WARM_UP = 1000, TRACE_PASSES = 4, EACH_TIMES = 128 };
enum { CROWDED = 32 }; /* so many flows may lose their way to others, in buckets that happen to overflow */
enum { HEADERS_BYTES = BENCH_HEADERS_MAX * sizeof(struct bench_header) };

void bench_probes_close(struct bench_probes *p)
{
	if (p->headers)
		munmap(p->headers, HEADERS_BYTES);
	bench_bpf__destroy(p->skel);
	*p = (struct bench_probes){ .skel = NULL };
}

int bench_probes_open(struct bench_probes *p, char **err)
{
	struct bpf_program *prog;
	__u32 slot = BENCH_SLOT_EMPTY;
	void *headers;
	int rc, fd;

	*p = (struct bench_probes){ .skel = bench_bpf__open() };
	if (!p->skel)
		return FAIL(err, -errno, "bench programs: %s", strerror(errno));
	bpf_object__for_each_program(prog, p->skel->obj) /* or they could not go on to those of fwctl */
		if (kernel_has_frags() && bpf_program__type(prog) == BPF_PROG_TYPE_XDP)
			bpf_program__set_flags(prog, BPF_F_XDP_HAS_FRAGS);
	rc = bench_bpf__load(p->skel);
	fd = rc ? -1 : bpf_program__fd(p->skel->progs.bench_empty);
	rc = rc ?: bpf_map_update_elem(bpf_map__fd(p->skel->maps.bench_next), &slot, &fd, 0);
	if (!rc) {
		headers = mmap(NULL, HEADERS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(p->skel->maps.bench_headers),
			       0);
		p->headers = headers == MAP_FAILED ? NULL : (struct bench_header *)headers;
		rc = p->headers ? 0 : -errno;
	}
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
	double before;
	int rc;

	bench_go_first(true); /* or what other processes do meanwhile takes the caches away */
	before = cpu_ns();
	rc = bpf_prog_test_run_opts(prog, &opts);
	*ns = (cpu_ns() - before) / repeat;
	bench_go_first(false);
	*retval = opts.retval;
	return rc;
}

/* Each is handed on so many times in a row. */
static void give_headers(const struct bench_probes *p, const struct bench_header *v, size_t n, __u32 times)
{
	memcpy(p->headers, v, n * sizeof(*v));
	p->skel->bss->bench_header_times = times;
	p->skel->bss->bench_header_again = 0;
	p->skel->bss->bench_header_count = (__u32)n;
	p->skel->bss->bench_header_next = 0;
}

int bench_measure_empty(struct bench_probes *p, const struct bench_packet *packet, const struct bench_set *set, char **err)
{
	const int progs[] = {
		[EMPTY_XDP] = bpf_program__fd(p->skel->progs.bench_empty),
		[EMPTY_TC] = bpf_program__fd(p->skel->progs.bench_empty_tc),
		[EMPTY_VARY] = bpf_program__fd(p->skel->progs.bench_vary_empty),
		[EMPTY_TRACE] = bpf_program__fd(p->skel->progs.bench_trace_empty),
		[EMPTY_EACH] = bpf_program__fd(p->skel->progs.bench_trace_empty),
	};
	__u32 retval;

	for (size_t i = 0; i < EMPTY_COUNT; i++) {
		bool of_trace = i == EMPTY_TRACE || i == EMPTY_EACH;
		int rc;

		if (of_trace && set)
			give_headers(p, set->headers, set->nheaders, i == EMPTY_EACH ? EACH_TIMES : 1);
		rc = of_trace && !set ? 0 : run(progs[i], packet, 400000, &p->empty[i], &retval);
		if (rc)
			return FAIL(err, rc, "empty program: %s", strerror(-rc));
	}
	return 0;
}

/* What a kind of case runs, and what must come of it. */
struct plan {
	int prog;
	enum bench_empty empty;
	__u32 warm_up, repeat, retval;
};

static struct plan plan_of(const struct bench_probes *p, const struct bench_case *c)
{
	const int vary = bpf_program__fd(p->skel->progs.bench_vary), trace = bpf_program__fd(p->skel->progs.bench_trace);

	switch (c->kind) {
	case CASE_KNOWN:
		if (c->rs->direction == DIRECTION_OUT)
			return (struct plan){ c->rs->loaded.core.out, EMPTY_TC, WARM_UP, 300000, (__u32)TC_ACT_UNSPEC };
		return (struct plan){ c->rs->loaded.core.xdp, EMPTY_XDP, WARM_UP, 300000, XDP_PASS };
	case CASE_STATELESS:
		return (struct plan){ c->rs->loaded.core.xdp, EMPTY_XDP, WARM_UP, 100000, XDP_PASS };
	case CASE_NEW:
		return (struct plan){ vary, EMPTY_VARY, 0, 50000, XDP_PASS };
	case CASE_MANY:
		return (struct plan){ vary, EMPTY_VARY, PORTS, 2 * PORTS, XDP_PASS };
	case CASE_TRACE:
		return (struct plan){ trace, EMPTY_TRACE, (__u32)c->set->nheaders, (__u32)c->set->nheaders * TRACE_PASSES,
				      XDP_PASS };
	case CASE_TRACE_EACH:
		return (struct plan){ trace, EMPTY_EACH, 0, (__u32)c->set->nheaders * EACH_TIMES, XDP_PASS };
	case CASE_TRACE_NEW:
		return (struct plan){ trace, EMPTY_TRACE, 0, (__u32)c->set->ndistinct, XDP_PASS };
	case CASE_PEER:
		break;
	}
	return (struct plan){ c->prog, EMPTY_XDP, WARM_UP, 300000, XDP_DROP };
}

static bool is_trace(enum bench_kind k) { return k == CASE_TRACE || k == CASE_TRACE_EACH; }
static bool goes_on(enum bench_kind k) { return k == CASE_NEW || k == CASE_MANY || is_trace(k) || k == CASE_TRACE_NEW; }
static bool makes_flows(enum bench_kind k) { return k == CASE_NEW || k == CASE_MANY || k == CASE_TRACE_NEW; }

/* Packets that must have gone before, and flows that must then be in the table. */
static int prepare(const struct bench_instance *in, const struct bench_probes *p, const struct bench_case *c,
		   const struct plan *plan, const struct bench_packet *packet)
{
	__u32 slot = BENCH_SLOT_RULES, retval;
	double ns;
	int rc = 0;

	if (c->rs) /* where it goes on to the long way, that is to be its own */
		rc = bench_place(in, &c->rs->loaded);
	if (!rc && goes_on(c->kind))
		rc = bpf_map_update_elem(bpf_map__fd(p->skel->maps.bench_next), &slot, &c->rs->loaded.core.xdp, 0);
	if (makes_flows(c->kind))
		bench_flows_clear(in);
	if (is_trace(c->kind))
		give_headers(p, c->set->headers, c->set->nheaders, c->kind == CASE_TRACE_EACH ? EACH_TIMES : 1);
	if (c->kind == CASE_TRACE_NEW)
		give_headers(p, c->set->distinct, c->set->ndistinct, 1);
	if (!rc && plan->warm_up)
		rc = run(plan->prog, packet, plan->warm_up, &ns, &retval);
	if (!rc && is_trace(c->kind))
		rc = bench_set_note(c->set);
	return rc;
}

struct counts {
	__u64 rule, flow, flows, lost;
};
static int read_counts(const struct bench_instance *in, const struct bench_case *c, const struct bench_packet *packet,
		       struct counts *n)
{
	const struct flow *f = bench_flow_of(in, packet);

	n->flow = f ? f->packets[0] : 0;
	n->flows = makes_flows(c->kind) ? bench_flows(in) : 0;
	return bench_rule_packets(&c->rs->loaded, c->rs->direction, c->rs->decides, &n->rule) ?: bench_lost_packets(in, &n->lost);
}

static bool counted_right(enum bench_kind kind, __u32 sent, const struct counts *before, const struct counts *after)
{
	__u64 flow = after->flow - before->flow, rule = after->rule - before->rule, lost = after->lost - before->lost;
	/* A bucket may overflow: then a flow, of one packet so far, gives way. */
	bool all_new = before->flows == 0 && after->flows + lost == sent && lost < CROWDED;

	switch (kind) {
	case CASE_PEER:
	case CASE_TRACE:
	case CASE_TRACE_EACH: /* the latter have their own account */
		return true;
	case CASE_KNOWN:
		break;
	case CASE_STATELESS:
		return rule == sent && !after->flow;
	case CASE_NEW:
		return rule == sent && all_new;
	case CASE_TRACE_NEW:
		return all_new;
	case CASE_MANY:
		return rule == sent && before->flows > PORTS - CROWDED && after->flows == before->flows &&
		       lost < sent / PORTS * CROWDED;
	}
	return rule == sent && flow == sent;
}

int bench_measure(const struct bench_instance *in, const struct bench_probes *p, const struct bench_case *c, size_t round,
		  double *net, char **err)
{
	struct bench_packet packet = c->rs->packet;
	struct plan plan = plan_of(p, c);
	struct counts before, after;
	double full = 0;
	__u32 retval = 0;
	int rc;

	/* Each round another flow, elsewhere in the table: where its entry lies beside other memory makes a difference. */
	if (!c->set)
		packet.udp.source = htons((__u16)(ntohs(packet.udp.source) + round));
	rc = prepare(in, p, c, &plan, &packet);
	rc = rc ?: read_counts(in, c, &packet, &before);
	rc = rc ?: run(plan.prog, &packet, plan.repeat, &full, &retval);
	rc = rc ?: read_counts(in, c, &packet, &after);
	if (rc)
		return FAIL(err, rc, "%s: %s", c->subject, strerror(-rc));
	if (retval != plan.retval)
		return FAIL(err, -EILSEQ, "%s, %zu rules: returned %d, not %d", c->subject, c->rules, (int)retval,
			    (int)plan.retval);
	if (!counted_right(c->kind, plan.repeat, &before, &after))
		return FAIL(err, -EILSEQ,
			    "%s, %zu rules: %u packets sent; rule counted %llu, flow %llu, %llu flows made, %llu lost",
			    c->subject, c->rules, plan.repeat, after.rule - before.rule, after.flow - before.flow,
			    after.flows - before.flows, after.lost - before.lost);
	*net = full - p->empty[plan.empty];
	if (is_trace(c->kind))
		return bench_set_compare(c->set, c->kind == CASE_TRACE ? TRACE_PASSES : EACH_TIMES, err);
	return 0;
}
