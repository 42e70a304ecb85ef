/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include "../ctl/compile.h"
#include "../ctl/fail.h"
#include "../shared/parse.h"
#include "bench_rules.h"

enum { LOOPBACK_INDEX = 1, IDLE_TICKS = 1000000 }; /* TEST_RUN's packets come from the loopback device */

void bench_instance_close(struct bench_instance *in)
{
	fw_flows_unmap(in->flows, in->cfg.buckets);
	fw_hints_unmap(in->hints, in->cfg.buckets);
	instance_maps_close(&in->maps);
	in->flows = NULL;
}

int bench_instance_open(struct bench_instance *in, char **err)
{
	const struct iface_slot loopback = { .ifindex = LOOPBACK_INDEX, .link = LINK_ETHER };
	int rc;

	*in = (struct bench_instance){ .maps = instance_maps_none(), .cfg = { .buckets = BENCH_BUCKETS, .next_generation = 1 } };
	if (getrandom(in->cfg.hash_key, sizeof(in->cfg.hash_key), 0) != sizeof(in->cfg.hash_key))
		return FAIL(err, -EIO, "no random numbers");
	in->cfg.hash_key[12] |= 1;
	rc = instance_maps_create(in->cfg.buckets, &in->maps, err);
	if (rc)
		return rc;
	rc = fw_instance_put(in->maps.fw_instance, &in->cfg);
	rc = rc ?: fw_ifaces_put(in->maps.fw_ifaces, (iface_place_t){ LOOPBACK_INDEX % IFACE_SLOTS }, &loopback);
	in->flows = rc ? NULL : fw_flows_map(in->maps.fw_flows, in->cfg.buckets);
	in->hints = rc ? NULL : fw_hints_map(in->maps.fw_hints, in->cfg.buckets);
	if (!in->flows || !in->hints) {
		rc = rc ?: -errno;
		bench_instance_close(in);
		return FAIL(err, rc, "instance: %s", strerror(-rc));
	}
	return 0;
}

/* Up to 262,144 rules, of 64 rulesets. */
static __u32 source_of(unsigned int number, size_t rule) { return 10u << 24 | number << 18 | (__u32)rule; }
static __u16 port_of(size_t rule) { return (__u16)(1024 + rule % 60000); }
#define DESTINATION 0xc0000201u /* 192.0.2.1 */

static struct addrset one_address(__u32 host)
{
	addr_t a = { .w = { 0, 0, htonl(0xffff), htonl(host) } };
	struct addr_range *v = (struct addr_range *)xcalloc(1, sizeof(*v));

	*v = (struct addr_range){ .family = FAMILY_INET, .form = ADDR_PREFIX, .plen = 32, .lo = a, .hi = a };
	return (struct addrset){ .v = v, .n = 1, .set = -1 };
}

static struct numset one_number(__u32 number)
{
	struct numrange *v = (struct numrange *)xcalloc(1, sizeof(*v));

	*v = (struct numrange){ number, number };
	return (struct numset){ .v = v, .n = 1 };
}

static void make_rule(struct rule *r, const struct bench_ruleset *rs, unsigned int number, size_t i)
{
	rule_init(r);
	r->verdict = VERDICT_PASS;
	r->direction = rs->direction;
	r->stateless = rs->stateless;
	r->proto = one_number(PROTO_UDP);
	r->from.addr = one_address(source_of(number, i));
	r->to.addr = one_address(DESTINATION);
	r->to.ports = one_number(port_of(i));
}

struct bench_packet bench_packet_plain(void)
{
	struct bench_packet p = {
		.eth = { .h_dest = { 2, 0, 0, 0, 0, 1 }, .h_source = { 2, 0, 0, 0, 0, 2 }, .h_proto = htons(ETH_P_IP) },
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = PROTO_UDP, .tot_len = htons(sizeof(p) - sizeof(p.eth)) },
		.udp = { .len = htons(sizeof(p.udp) + sizeof(p.payload)) },
		/* Where the protocol becomes TCP: a header of 20 bytes, a SYN. */
		.payload = { [4] = 0x50, [5] = 0x02, },
	};

	return p;
}

/* All drop but what the rules pass, so that a rule that is not found shows. */
void bench_ruleset_model(const struct bench_ruleset *rs, unsigned int number, struct ruleset *out)
{
	*out = (struct ruleset){ .rules = (struct rule *)xcalloc(rs->rules, sizeof(struct rule)), .nrules = rs->rules };
	for (size_t d = 0; d < DIRECTION_COUNT; d++) {
		out->defaults.given[d] = true;
		out->defaults.verdict[d] = VERDICT_DROP;
	}
	for (size_t i = 0; i < rs->rules; i++)
		make_rule(&out->rules[i], rs, number, i);
}

static struct program_cfg program_cfg(const struct bench_instance *in)
{
	struct program_cfg cfg = { .buckets = in->cfg.buckets };

	memcpy(cfg.hash_key, in->cfg.hash_key, sizeof(cfg.hash_key));
	return cfg;
}

int bench_core_load(const struct bench_instance *in, size_t rules, struct core *out, char **err)
{
	const struct core_request rq = {
		.instance = &in->maps, .cfg = program_cfg(in), .rules = (__u32)rules, .hooks = LOAD_XDP | LOAD_OUT
	};

	return cores_load(&rq, 1, out, err);
}

int bench_place(const struct bench_instance *in, const struct loaded *l)
{
	int rc = judges_place(l, &in->maps, 0);

	if (!rc && l->core.xdp_long >= 0)
		rc = fw_programs_xdp_put(in->maps.fw_programs_xdp, program_long(0), l->core.xdp_long);
	if (!rc && l->core.tc_long >= 0)
		rc = fw_programs_out_put(in->maps.fw_programs_out, program_long(0), l->core.tc_long);
	return rc;
}

int bench_tables_load(struct bench_instance *in, const struct tables *t, unsigned int hooks, const struct core *core,
		      struct loaded *out, char **err)
{
	const generation_t generation = { ++in->loads };
	struct load_request rq = { .instance = &in->maps,
				   .core = core,
				   .tables = t,
				   .hooks = hooks,
				   .cfg = program_cfg(in),
				   .settings = { .ruleset = generation, .newest = generation } };
	int rc;

	for (size_t i = 0; i < TIMEOUT_COUNT; i++)
		rq.settings.timeout[i] = IDLE_TICKS;
	rc = programs_load(&rq, out, err);
	if (!rc)
		rc = fw_settings_put(out->told, &out->settings)
			     ?: bench_place(in, out); /* until bench_measure() gives it to another */
	return rc;
}

int bench_model_load(struct bench_instance *in, const struct ruleset *model, unsigned int hooks, struct loaded *out, char **err)
{
	struct tables t;
	int rc = compile(model, NULL, &t, err);

	if (rc)
		return rc;
	rc = bench_tables_load(in, &t, hooks, NULL, out, err);
	tables_free(&t);
	return rc;
}

int bench_ruleset_load(struct bench_instance *in, unsigned int number, struct bench_ruleset *rs, char **err)
{
	size_t last = rs->rules - 1;
	struct ruleset model;
	int rc;

	bench_ruleset_model(rs, number, &model);
	rc = bench_model_load(in, &model, rs->direction == DIRECTION_IN ? LOAD_XDP : LOAD_OUT, &rs->loaded, err);
	ruleset_free(&model);
	rs->decides = (rule_id_t){ (__u32)last };
	rs->packet = bench_packet_plain();
	rs->packet.ip.saddr = htonl(source_of(number, last));
	rs->packet.ip.daddr = htonl(DESTINATION);
	rs->packet.udp.source = htons(40000);
	rs->packet.udp.dest = htons(port_of(last));
	return rc;
}

const struct flow *bench_flow_of(const struct bench_instance *in, const struct bench_packet *packet)
{
	const struct frame_info frame = { .wire_length = sizeof(*packet), .link = LINK_ETHER };
	struct cursor c = { .start = packet, .end = packet + 1, .limit = ~0u };
	const struct flow_bucket *b;
	struct subject s;
	__u32 way;

	packet_parse(&c, &frame, &s.packet);
	subject_find(&s, in->cfg.hash_key);
	if (!s.keyed)
		return NULL;
	b = &in->flows[hash_bucket(s.hash, in->cfg.buckets)];
	way = bucket_find(b, hash_tag(s.hash), &s.key);
	return way < WAYS ? &b->flow[way] : NULL;
}

int bench_rule_packets(const struct loaded *l, enum direction d, rule_id_t rule, __u64 *packets)
{
	struct counters sum = { 0, 0 };
	int rc = fw_counts_sum(l->core.maps.fw_counts, rule_slot_of(d, rule), &sum);

	*packets = sum.packets;
	return rc;
}

int bench_lost_packets(const struct bench_instance *in, __u64 *packets)
{
	*packets = 0;
	for (__u32 i = 0; i < LOSS_COUNT; i++) {
		struct counters sum = { 0, 0 };
		int rc = fw_losses_sum(in->maps.fw_losses, (loss_id_t){ i }, &sum);

		if (rc)
			return rc;
		*packets += sum.packets;
	}
	return 0;
}

size_t bench_flows(const struct bench_instance *in)
{
	size_t n = 0;

	for (__u32 i = 0; i < in->cfg.buckets; i++)
		for (size_t way = 0; way < WAYS; way++)
			n += in->flows[i].head.tag[way] != 0;
	return n;
}

void bench_flows_clear(const struct bench_instance *in)
{
	for (__u32 i = 0; i < in->cfg.buckets; i++)
		memset(&in->flows[i].head, 0, sizeof(in->flows[i].head));
	memset(in->hints, 0, in->cfg.buckets * sizeof(*in->hints));
}
