/* SPDX-License-Identifier: GPL-2.0 */
#include "bench_mix.h"
#include "random.h"

/* a.b.c.d of one of the networks 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12 and 203.0.0.0/8, host bits below `plen` cleared. */
static void add_prefix(struct random *g, unsigned int plen, struct strbuf *out)
{
	static const uint32_t networks[] = { 0x0a000000, 0x64400000, 0xac100000, 0xcb000000 };
	uint32_t a = (RANDOM_OF(g, networks) | (random_u32(g) & 0x000fffff)) & ~0u << (32 - plen);

	strbuf_add(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	if (plen < 32)
		strbuf_add(out, "/%u", plen);
}

static unsigned int any_port(struct random *g)
{
	static const uint16_t known[] = { 22, 25, 53, 80, 123, 443, 993, 3306, 5432, 8080 };

	return random_chance(g, 70) ? RANDOM_OF(g, known) : 1024 + random_below(g, 60000);
}

static void add_tcp_service(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "pass in proto tcp from ");
	add_prefix(g, 24, out);
	strbuf_add(out, " to ");
	add_prefix(g, 32, out);
	strbuf_add(out, " port %u\n", any_port(g));
}

static void add_udp_service(struct random *g, struct strbuf *out)
{
	unsigned int port = any_port(g);

	strbuf_add(out, "pass in proto udp from ");
	add_prefix(g, 16, out);
	strbuf_add(out, " to ");
	add_prefix(g, 28, out);
	strbuf_add(out, " port %u-%u\n", port, port + random_below(g, 100));
}

static void add_blocked(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "drop in from ");
	add_prefix(g, 20 + random_below(g, 13), out);
	strbuf_add(out, "\n");
}

static void add_lists(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "pass in proto tcp from { ");
	add_prefix(g, 24, out);
	strbuf_add(out, ", ");
	add_prefix(g, 29, out);
	strbuf_add(out, " } to ");
	add_prefix(g, 32, out);
	strbuf_add(out, " port { 80, 443, %u }\n", 1024 + random_below(g, 60000));
}

static void add_ping(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "pass in proto icmp from ");
	add_prefix(g, 24, out);
	strbuf_add(out, " icmp-type echo-request\n");
}

static void add_out(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "drop out proto tcp to ");
	add_prefix(g, 24, out);
	strbuf_add(out, " port 25\n");
}

static void add_inet6(struct random *g, struct strbuf *out)
{
	strbuf_add(out, "pass in proto tcp from 2001:db8:%x::/48 to 2001:db8:ffff:%x::/64 port %u\n", random_below(g, 60000),
		   random_below(g, 60000), any_port(g));
}

/* Of a hundred rules, so many of each kind. */
static const struct {
	unsigned int share;
	void (*add)(struct random *g, struct strbuf *out);
} kinds[] = {
	{ 40, add_tcp_service }, { 18, add_udp_service }, { 14, add_blocked }, { 12, add_lists },
	{ 5, add_ping },         { 5, add_out },          { 6, add_inet6 },
};

void bench_mix_text(size_t rules, unsigned int variant, struct strbuf *out)
{
	struct random g = { 0xbe5c + rules };

	strbuf_add(out, "default in drop\n");
	for (size_t i = 0; i + 1 < rules; i++) {
		unsigned int at = random_below(&g, 100), kind = 0;

		while (at >= kinds[kind].share)
			at -= kinds[kind++].share;
		kinds[kind].add(&g, out);
	}
	strbuf_add(out, "%s in proto udp from 198.51.100.0/24 to 192.0.2.1 port 4500\n", variant ? "drop" : "pass");
}
