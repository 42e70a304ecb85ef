/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "addr.h"
#include "fail.h"
#include "flowlist.h"
#include "flowview.h"
#include "guard.h"
#include "linear.h"

/* The session's packet from client to server. False where the variable says nothing that is understood. */
static bool session_packet(const char *text, struct packet *p)
{
	char client[ADDR_TEXT_MAX], server[ADDR_TEXT_MAX];
	unsigned int cport, sport;
	enum family a, b;

	memset(p, 0, sizeof(*p));
	if (!text || sscanf(text, "%95s %u %95s %u", client, &cport, server, &sport) != 4 || cport > 65535 || sport > 65535)
		return false;
	client[strcspn(client, "%")] = '\0'; /* fe80::1%eth0 */
	server[strcspn(server, "%")] = '\0';
	if (addr_parse(client, strlen(client), &a, &p->src) != ADDR_OK ||
	    addr_parse(server, strlen(server), &b, &p->dst) != ADDR_OK || a != b)
		return false;
	p->family = (__u8)a;
	p->proto = PROTO_TCP;
	p->has = HAS_PORTS | HAS_FLAGS;
	p->sport.raw = htons((__u16)cport);
	p->dport.raw = htons((__u16)sport);
	p->tcp_flags = TCP_ACK | TCP_PSH;
	p->ttl = 64;
	p->length = 100;
	p->segments = 1;
	return true;
}

/* Whether the session's server end is in this network namespace: with -n, and behind `ip netns exec`, it is in another. */
static bool is_here(const struct packet *p)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	bool v4 = p->family == FAMILY_INET;
	_cleanup_close_ int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	in4.sin_addr.s_addr = p->dst.w[3];
	memcpy(&in6.sin6_addr, &p->dst, sizeof(in6.sin6_addr));
	if (fd < 0)
		return true;
	return !bind(fd, v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6, v4 ? sizeof(in4) : sizeof(in6)) ||
	       errno != EADDRNOTAVAIL;
}

/* Where the session has a flow, its first packet is what counts. */
static void use_flow(const struct state *s, struct packet *p)
{
	_cleanup_flow_list_ struct flow_list flows = { NULL, 0, 0 };

	if (flow_list_read(s, &flows, NULL))
		return;
	for (size_t i = 0; i < flows.n; i++) {
		const struct flow *f = &flows.v[i];
		struct flow_ends e;

		flow_ends_of(f, &e);
		if (f->key.proto != PROTO_TCP || f->key.family != p->family || memcmp(&e.src, &p->src, sizeof(e.src)) ||
		    memcmp(&e.dst, &p->dst, sizeof(e.dst)) || e.sport.raw != p->sport.raw || e.dport.raw != p->dport.raw)
			continue;
		p->tcp_flags = f->made_flags;
		p->ttl = f->made_ttl;
		p->dscp = f->made_dscp;
		p->length = f->made_length;
		p->vlan = f->key.vlan;
		p->inner_vlan = f->key.inner_vlan;
	}
}

static int judge_on(const struct ruleset *rs, const struct packet *p, const char *iface, char **err)
{
	rule_id_t rule = linear_scan(rs, LINEAR_ALL, p, DIRECTION_IN, iface, NULL);
	enum verdict v = rule_is_none(rule) ? rs->defaults.verdict[DIRECTION_IN] : rs->rules[rule.raw].verdict;

	if (v == VERDICT_PASS)
		return 0;
	if (rule_is_none(rule))
		return FAIL(err, -EPERM, "these rules would cut the ssh session this is typed in: `default in %s` decides it "
			    "(add a pass rule for it, or --force)", verdict_text(v));
	return FAIL(err, -EPERM, "these rules would cut the ssh session this is typed in: rule %u decides it "
		    "(put a pass rule before it, or --force)", rule.raw + 1);
}

int guard_session(const struct state *s, const struct ruleset *rs, const char *ssh_connection, char **err)
{
	struct packet p;
	bool attached = false;
	int rc = 0;

	if (!session_packet(ssh_connection, &p) || !is_here(&p))
		return 0;
	use_flow(s, &p);
	for (__u32 i = 0; !rc && i < IFACE_SLOTS; i++) {
		struct iface_slot slot;

		if (fw_ifaces_get(s->maps.fw_ifaces, i, &slot) || !slot.ifindex)
			continue;
		attached = true;
		rc = judge_on(rs, &p, s->names[slot.id.raw].name, err);
	}
	return attached ? rc : judge_on(rs, &p, NULL, err);
}
