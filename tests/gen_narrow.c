/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "gen_narrow.h"

static const char *pick(struct random *dice, const char *const *words, size_t n)
{
	return words[random_below(dice, (uint32_t)n)];
}
#define PICK(...)                                                \
	({                                                       \
		static const char *const w_[] = { __VA_ARGS__ }; \
		pick(dice, w_, sizeof(w_) / sizeof(w_[0]));      \
	})

enum {
	USE_ADDR = 1,
	USE_PORT = 2,
	USE_ICMP = 4,
	USE_FLAGS = 8,
	USE_SETS = 16,
	USE_FRAG = 32,
	USE_LENGTH = 64,
	USE_IFACE = 128,
	USE_MAC = 256,
	USE_VLAN = 512,
	USE_TTL = 1024,
	USE_IPV6 = 2048,
	USES = 12
};

static const char *transport(struct random *dice, unsigned int use)
{
	bool v6 = use & USE_IPV6;

	switch (random_below(dice, 6)) {
	case 0:
		return use & USE_PORT ? PICK(" proto tcp", " proto udp", " proto { tcp udp }", " proto ! { tcp udp }") : "";
	case 1:
		if (use & USE_FLAGS)
			return PICK(" flags S/SA", " flags A/A", " flags none/SA", " proto tcp flags S/S");
		return PICK(" proto tcp", " proto ! tcp", "");
	case 2:
		if (!(use & USE_ICMP))
			return "";
		return v6 ? PICK(" inet6 proto icmp6 icmp-type { 133-136 128 }", " icmp-type echo-request",
				 " inet6 proto icmp6 icmp-type ! 128", " inet6 proto icmp6 icmp-type 133-140 code 0")
			  : PICK(" icmp-type echo-request", " proto icmp icmp-type ! 8", " proto icmp icmp-type 3 code { 1 3-4 }",
				 " proto icmp icmp-type 3-8 code ! 0");
	case 3:
		return v6 ? PICK(" inet6", " inet", " inet6 proto 59", " inet6 proto gre")
			  : PICK(" proto gre", " proto ! udp", " inet");
	default:
		return "";
	}
}

static const char *address(struct random *dice, bool v6, unsigned int use)
{
	if (use & USE_SETS && random_chance(dice, 30))
		return PICK("@a", "@b", "! @a", "! @b");
	if (v6)
		return PICK("2001:db8::/33", "2001:db8:8000::/33", "2001:db8::/32", "! 2001:db8::/32", "2001:db8::1");
	return PICK("10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/8", "! 10.0.0.0/8", "{ 10.0.0.1 10.0.0.7 }", "10.0.0.1-10.0.0.4",
		    "0.0.0.0/1", "128.0.0.0/1", "! 10.0.0.1");
}

static void random_rule(struct random *dice, unsigned int use, struct strbuf *out)
{
	const char *proto = transport(dice, use);
	bool ports = !strncmp(proto, " proto tcp", 10) || !strncmp(proto, " proto udp", 10) ||
		     strstr(proto, "{ tcp") == proto + 7;
	bool portless = proto[0] && !ports && strncmp(proto, " flags", 6) && strncmp(proto, " inet", 5);
	bool v6 = use & USE_IPV6 &&
		  (strstr(proto, "inet6") || (!strstr(proto, "inet") && !strstr(proto, "proto icmp") && random_chance(dice, 50)));

	ports = use & USE_PORT &&
		(ports || (!portless && !strstr(proto, "59") && !strstr(proto, "gre") && !strstr(proto, "icmp")));
	strbuf_add(out, "%s %s", PICK("pass", "drop", "pass", "drop"), random_chance(dice, 90) ? "in" : "out");
	if (use & USE_IFACE && random_chance(dice, 40))
		strbuf_add(out, " on %s", PICK("eth0", "eth1", "! eth0", "{ eth0 eth1 }", "! { eth0 eth1 }"));
	strbuf_add(out, "%s", proto);
	if (use & USE_ADDR && random_chance(dice, 60))
		strbuf_add(out, " from %s", address(dice, v6, use));
	else if (ports && random_chance(dice, 20))
		strbuf_add(out, " from port %s", PICK("1024-65535", "0-1023", "53"));
	if (use & USE_ADDR && random_chance(dice, 30))
		strbuf_add(out, " to %s", address(dice, v6, use));
	else if (ports && random_chance(dice, 60))
		strbuf_add(out, " to port %s",
			   PICK("80", "{ 22 80 }", "1-100", "! 80", "0-65535", "101-65535", "0-79", "81-65535"));
	if (use & USE_VLAN && random_chance(dice, 40))
		strbuf_add(out, " vlan %s", PICK("0", "1-4095", "! 0", "5", "! 5"));
	if (use & USE_TTL && random_chance(dice, 40))
		strbuf_add(out, " ttl %s", PICK("255", "! 255", "0-5", "6-255", "1"));
	if (use & USE_LENGTH && random_chance(dice, 40))
		strbuf_add(out, " length %s",
			   PICK("0-39", "40-65575", "0-19", "! 60-100", "1000-65535", "0-48", "0-28", "65536-65575"));
	if (use & USE_FRAG && random_chance(dice, 30))
		strbuf_add(out, " frag");
	if (use & USE_MAC && random_chance(dice, 40))
		strbuf_add(out, " mac-from %s",
			   PICK("02:00:00:00:00:01", "! 02:00:00:00:00:01", "{ 02:00:00:00:00:01 02:00:00:00:00:09 }"));
	strbuf_add(out, "%s\n", random_chance(dice, 15) ? " stateless" : "");
}

void gen_narrow_rules(struct random *dice, struct strbuf *out)
{
	unsigned int use = 0, n = 3 + random_below(dice, 10);

	for (int i = 0; i < 4; i++)
		use |= 1u << random_below(dice, USES);
	strbuf_add(out, "default in %s\nset a { type net; }\nset b { type addr; }\n", PICK("pass", "drop", "pass stateless"));
	if (random_chance(dice, 30))
		strbuf_add(out, "default nd rules\n");
	for (unsigned int i = 0; i < n; i++)
		random_rule(dice, use, out);
}
