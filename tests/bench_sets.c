/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/fail.h"
#include "../shared/packet.h"
#include "bench_sets.h"

void bench_set_close(struct bench_set *s)
{
	free(s->headers);
	free(s->match);
	free(s->hits);
	free(s->distinct);
	loaded_close(&s->stateful.loaded);
	loaded_close(&s->stateless.loaded);
	*s = (struct bench_set){ .stateful.loaded = loaded_none(), .stateless.loaded = loaded_none() };
}

static bool has_ports(uint8_t proto) { return proto == PROTO_TCP || proto == PROTO_UDP; }

static struct bench_header header_of(const struct cb_header *h)
{
	const struct bench_packet p = {
		.ip = { .ttl = 64, .protocol = h->proto, .saddr = h->addr[CB_SRC].w[3], .daddr = h->addr[CB_DST].w[3] },
		.udp = { .source = htons(h->port[CB_SRC]), .dest = htons(h->port[CB_DST]) },
	};
	struct bench_header out = { .addrs = 0 };

	memcpy(&out.ttl_protocol, &p.ip.ttl, sizeof(out.ttl_protocol));
	memcpy(&out.addrs, &p.ip.saddr, sizeof(out.addrs));
	memcpy(&out.ports, &p.udp.source, sizeof(out.ports));
	if (!has_ports(h->proto)) /* the headers' ports mean nothing then; of ICMP: an echo request */
		out.ports = htonl(h->proto == PROTO_ICMP ? 0x08000000 : 0);
	return out;
}

struct bench_packet bench_packet_of(const struct bench_header *h)
{
	struct bench_packet p = bench_packet_plain();

	memcpy(&p.ip.ttl, &h->ttl_protocol, sizeof(h->ttl_protocol));
	memcpy(&p.ip.saddr, &h->addrs, sizeof(h->addrs));
	memcpy(&p.udp.source, &h->ports, sizeof(h->ports));
	return p;
}

/* The same for both directions of a flow. */
static struct bench_header flow_key(const struct bench_header *h)
{
	struct bench_header k = *h;
	__u64 back = h->addrs >> 32 | h->addrs << 32;
	__u32 ports = h->ports >> 16 | h->ports << 16;

	if (!has_ports((uint8_t)bench_packet_of(h).ip.protocol))
		ports = h->ports;
	if (back < k.addrs || (back == k.addrs && ports < k.ports)) {
		k.addrs = back;
		k.ports = ports;
	}
	return k;
}

struct keyed {
	struct bench_header key;
	size_t at;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = (const struct keyed *)a, *y = (const struct keyed *)b;
	int rc = memcmp(&x->key, &y->key, sizeof(x->key));

	return rc ? rc : (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	const struct keyed *x = (const struct keyed *)a, *y = (const struct keyed *)b;

	return (x->at > y->at) - (x->at < y->at);
}

static void find_distinct(struct bench_set *s)
{
	_cleanup_free_ struct keyed *v = (struct keyed *)xcalloc(s->nheaders, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < s->nheaders; i++)
		v[i] = (struct keyed){ flow_key(&s->headers[i]), i };
	qsort(v, s->nheaders, sizeof(*v), by_key);
	for (size_t i = 0; i < s->nheaders; i++)
		if (!i || memcmp(&v[i].key, &v[n - 1].key, sizeof(v[i].key)))
			v[n++] = v[i];
	qsort(v, n, sizeof(*v), by_place);
	s->distinct = (struct bench_header *)xcalloc(n, sizeof(*s->distinct));
	s->ndistinct = n;
	for (size_t i = 0; i < n; i++)
		s->distinct[i] = s->headers[v[i].at];
}

static int by_rule(const void *a, const void *b)
{
	const struct bench_hits *x = (const struct bench_hits *)a, *y = (const struct bench_hits *)b;

	return (x->rule.raw > y->rule.raw) - (x->rule.raw < y->rule.raw);
}

static void count_hits(struct bench_set *s)
{
	struct bench_hits *v = (struct bench_hits *)xcalloc(s->nheaders, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < s->nheaders; i++)
		v[i] = (struct bench_hits){ s->match[i], 1, 0 };
	qsort(v, s->nheaders, sizeof(*v), by_rule);
	for (size_t i = 0; i < s->nheaders; i++)
		if (n && v[n - 1].rule.raw == v[i].rule.raw)
			v[n - 1].packets++;
		else
			v[n++] = v[i];
	s->hits = v;
	s->nhits = n;
}

static int take_trace(const struct classbench *cb, struct bench_set *s, char **err)
{
	if (!cb->nheaders || cb->nheaders > BENCH_HEADERS_MAX)
		return FAIL(err, -E2BIG, "%s: %zu headers", s->name, cb->nheaders);
	s->headers = (struct bench_header *)xcalloc(cb->nheaders, sizeof(*s->headers));
	s->match = (rule_id_t *)xcalloc(cb->nheaders, sizeof(*s->match));
	s->nheaders = cb->nheaders;
	s->stateful.decides = rule_none();
	for (size_t i = 0; i < cb->nheaders; i++) {
		if (cb->match[i] < 0)
			return FAIL(err, -EINVAL, "%s: header %zu finds no rule", s->name, i + 1);
		s->headers[i] = header_of(&cb->headers[i]);
		s->match[i] = (rule_id_t){ (__u32)cb->match[i] };
		if (cb->headers[i].proto == PROTO_UDP && rule_is_none(s->stateful.decides)) {
			s->stateful.decides = s->match[i];
			s->stateful.packet = bench_packet_of(&s->headers[i]);
		}
	}
	if (rule_is_none(s->stateful.decides))
		return FAIL(err, -EINVAL, "%s: no datagram in the trace", s->name);
	find_distinct(s);
	count_hits(s);
	return 0;
}

static int load_rules(struct bench_instance *in, const struct classbench *cb, bool stateless, struct bench_ruleset *rs,
		      char **err)
{
	const struct cb_style style = { .stateless = stateless };
	struct ruleset model;
	int rc;

	rs->rules = cb->nrules;
	rs->stateless = stateless;
	classbench_ruleset(cb, &style, &model);
	rc = bench_model_load(in, &model, LOAD_XDP, &rs->loaded, err);
	ruleset_free(&model);
	return rc;
}

int bench_set_load(struct bench_instance *in, const char *dir, const char *name, size_t rules, struct bench_set *s, char **err)
{
	_cleanup_free_ char *file = xasprintf("%s_%s", name, classbench_size_text(rules));
	_cleanup_classbench_ struct classbench cb = { .nrules = 0 };
	int rc;

	*s = (struct bench_set){
		.name = name, .rules = rules, .stateful.loaded = loaded_none(), .stateless.loaded = loaded_none()
	};
	rc = classbench_read(dir, file, &cb, err);
	rc = rc ?: take_trace(&cb, s, err);
	s->stateless = s->stateful;
	rc = rc ?: load_rules(in, &cb, true, &s->stateless, err);
	rc = rc ?: load_rules(in, &cb, false, &s->stateful, err);
	if (rc)
		bench_set_close(s);
	return rc;
}

/* The packet by the program: passed by this rule (which has counted so many before), or dropped where there is none. */
static int check_packet(const struct loaded *l, const void *packet, size_t size, long rule, __u64 *before, char **err)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = (__u32)size, .repeat = 1);
	rule_id_t id = rule < 0 ? rule_none() : (rule_id_t){ (__u32)rule };
	__u64 after = 0;
	int rc = bpf_prog_test_run_opts(l->core.xdp, &opts);

	rc = rc ?: bench_rule_packets(l, DIRECTION_IN, id, &after);
	if (rc)
		return FAIL(err, rc, "%s", strerror(-rc));
	if (opts.retval != (rule < 0 ? XDP_DROP : XDP_PASS) || after != *before + 1)
		return FAIL(err, -EILSEQ, "returned %u, rule %ld counted %llu", opts.retval, rule + 1, after - *before);
	*before = after;
	return 0;
}

int bench_set_check(const struct bench_instance *in, const struct bench_set *s, char **err)
{
	_cleanup_free_ __u64 *counted = (__u64 *)xcalloc(s->stateless.rules, sizeof(*counted));
	int placed = bench_place(in, &s->stateless.loaded);

	if (placed)
		return FAIL(err, placed, "%s, %zu rules: %s", s->name, s->rules, strerror(-placed));
	for (size_t i = 0; i < s->nheaders; i++) {
		struct bench_packet p = bench_packet_of(&s->headers[i]);
		__u32 rule = s->match[i].raw;
		int rc = check_packet(&s->stateless.loaded, &p, sizeof(p), (long)rule, &counted[rule], err);

		if (rc)
			return FAIL(err, rc, "%s, %zu rules: header %zu: %s", s->name, s->rules, i + 1, *err);
	}
	return 0;
}

int bench_set_check_corners(struct bench_instance *in, const char *dir, const char *name, size_t headers, char **err)
{
	_cleanup_classbench_ struct classbench cb = { .nrules = 0 };
	_cleanup_loaded_ struct loaded l = loaded_none();
	_cleanup_free_ __u64 *counted = NULL;
	struct bench_ruleset rs = { .loaded = loaded_none() };
	struct random g = { 0xc0 + headers };
	int rc = classbench_read(dir, name, &cb, err);

	if (rc)
		return rc;
	classbench_corners(&cb, &g, headers);
	counted = (__u64 *)xcalloc(cb.nrules + 1, sizeof(*counted));
	rc = load_rules(in, &cb, true, &rs, err);
	if (rc)
		return rc;
	l = rs.loaded;
	rc = bench_place(in, &l);
	if (rc)
		return FAIL(err, rc, "%s: %s", name, strerror(-rc));
	for (size_t i = 0; i < headers; i++) {
		struct built b;

		classbench_packet(cb.family, &cb.headers[i], &b);
		rc = check_packet(&l, b.frame.data, b.frame.captured, cb.match[i], &counted[cb.match[i] + 1], err);
		if (rc)
			return FAIL(err, rc, "%s: header %zu: %s", name, i + 1, *err);
	}
	return 0;
}

int bench_set_note(struct bench_set *s)
{
	int rc = 0;

	for (size_t i = 0; i < s->nhits && !rc; i++)
		rc = bench_rule_packets(&s->stateless.loaded, DIRECTION_IN, s->hits[i].rule, &s->hits[i].noted);
	return rc;
}

int bench_set_compare(const struct bench_set *s, unsigned int passes, char **err)
{
	for (size_t i = 0; i < s->nhits; i++) {
		const struct bench_hits *h = &s->hits[i];
		__u64 now = 0;
		int rc = bench_rule_packets(&s->stateless.loaded, DIRECTION_IN, h->rule, &now);

		if (rc)
			return FAIL(err, rc, "%s: %s", s->name, strerror(-rc));
		if (now - h->noted != passes * h->packets)
			return FAIL(err, -EILSEQ, "%s, %zu rules: rule %u counted %llu packets, not %llu", s->name, s->rules,
				    h->rule.raw + 1, now - h->noted, passes * h->packets);
	}
	return 0;
}
