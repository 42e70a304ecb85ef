/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "seed_plan.h"
#include "mapset.h"

/* --- sockets --------------------------------------------------------------------------------------- */

static bool is_any(const addr_t *a)
{
	return !a->w[0] && !a->w[1] && !a->w[3] && (!a->w[2] || a->w[2] == __builtin_bswap32(0xffff));
}

static bool takes(const struct socket_info *listener, const struct socket_info *s)
{
	if (!socket_listens(listener) || listener->proto != s->proto || listener->lport.raw != s->lport.raw)
		return false;
	if (listener->ifindex && s->ifindex && listener->ifindex != s->ifindex)
		return false;
	if (!is_any(&listener->local))
		return !memcmp(&listener->local, &s->local, sizeof(s->local));
	return listener->family == s->family || (listener->family == FAMILY_INET6 && !listener->v6only);
}

bool socket_by_peer(const struct socket_list *all, const struct socket_info *s)
{
	if (s->proto == PROTO_TCP && s->state == SOCKET_SYN_SENT)
		return false;
	if (s->proto == PROTO_TCP && (s->state == SOCKET_SYN_RECV || s->state == SOCKET_NEW_SYN_RECV))
		return true;
	for (size_t i = 0; i < all->n; i++)
		if (takes(&all->v[i], s))
			return true;
	return false;
}

/* How far a connection is (RFC 9293 3.3.2), and which ends have said FIN. */
struct progress {
	bool seeded;
	enum flow_state state;
	bool local_fin, remote_fin;
};

static struct progress progress_of(const struct socket_info *s)
{
	static const struct progress of_tcp[] = {
		[SOCKET_ESTABLISHED] = { true, FLOW_ESTABLISHED, false, false },
		[SOCKET_SYN_SENT] = { true, FLOW_SYN_SENT, false, false },
		[SOCKET_SYN_RECV] = { true, FLOW_SYN_RECEIVED, false, false },
		[SOCKET_FIN_WAIT1] = { true, FLOW_CLOSING, true, false },
		[SOCKET_FIN_WAIT2] = { true, FLOW_CLOSING, true, false },
		[SOCKET_CLOSE_WAIT] = { true, FLOW_CLOSING, false, true },
		[SOCKET_LAST_ACK] = { true, FLOW_CLOSING, true, true },
		[SOCKET_CLOSING] = { true, FLOW_CLOSING, true, true },
		[SOCKET_NEW_SYN_RECV] = { true, FLOW_SYN_RECEIVED, false, false },
	};

	if (s->proto == PROTO_UDP)
		return (struct progress){ s->state == SOCKET_ESTABLISHED, FLOW_REPLIED, false, false };
	return s->state < ARRAY_COUNT(of_tcp) ? of_tcp[s->state] : (struct progress){ .seeded = false };
}

bool seed_of_socket(const struct socket_info *s, bool by_peer, struct seed *out)
{
	struct progress progress = progress_of(s);
	struct packet *p = &out->first;
	bool tcp = s->proto == PROTO_TCP;

	memset(out, 0, sizeof(*out));
	if (!progress.seeded || !s->rport.raw || is_any(&s->remote))
		return false;
	p->src = by_peer ? s->remote : s->local;
	p->dst = by_peer ? s->local : s->remote;
	p->sport = by_peer ? s->rport : s->lport;
	p->dport = by_peer ? s->lport : s->rport;
	p->family = s->family;
	p->proto = s->proto;
	p->has = tcp ? HAS_PORTS | HAS_FLAGS : HAS_PORTS;
	p->tcp_flags = tcp ? TCP_SYN : 0;
	p->ttl = 64;
	p->length = p->bytes = (s->family == FAMILY_INET ? 20 : 40) + (tcp ? 40 : 8);
	p->segments = 1;
	out->state = (__u8)progress.state;
	out->direction = by_peer ? DIRECTION_IN : DIRECTION_OUT;
	out->tcp_flags[by_peer] = progress.local_fin ? TCP_FIN : 0;
	out->tcp_flags[!by_peer] = progress.remote_fin ? TCP_FIN : 0;
	return true;
}

/* --- interfaces ------------------------------------------------------------------------------------ */

enum { STACK_MAX = 8 }; /* devices on top of each other */

static const struct seed_iface *find(const struct seed_ifaces *all, unsigned int index)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].ifc.index == index)
			return &all->v[i];
	return NULL;
}

/* Is it the device, or a port of it, or a port of a port? */
static bool carries(const struct seed_ifaces *all, const struct seed_iface *i, unsigned int device)
{
	for (int depth = 0; i && depth < STACK_MAX; depth++, i = i->ifc.master ? find(all, i->ifc.master) : NULL)
		if (i->ifc.index == device)
			return true;
	return false;
}

/* All interfaces with programs that frames of the device pass, with these tags. */
struct gathering {
	struct seed_view v[SEED_VIEWS_MAX];
	size_t n;
};

static void gather(const struct seed_ifaces *all, unsigned int device, __u16 vlan, __u16 inner, struct gathering *g)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct seed_iface *at = &all->v[i];

		if (at->role == SEED_UNATTACHED || g->n == SEED_VIEWS_MAX || !carries(all, at, device))
			continue;
		g->v[g->n++] = at->strips_vlan ? (struct seed_view){ at, inner, 0 } : (struct seed_view){ at, vlan, inner };
	}
}

static bool is_first_sight(const struct gathering *g, size_t k)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].vlan == g->v[k].vlan && g->v[i].inner_vlan == g->v[k].inner_vlan &&
		    (g->v[i].at->role == SEED_ATTACHED || i < k))
			return false;
	return true;
}

size_t seed_views(const struct seed_ifaces *all, unsigned int device, struct seed_view out[SEED_VIEWS_MAX])
{
	const struct seed_iface *top = find(all, device), *at = top;
	struct gathering g = { .n = 0 };
	__u16 vlan = 0, inner = 0;
	size_t n = 0;

	for (int depth = 0; at && depth < STACK_MAX; depth++) {
		gather(all, at->ifc.index, vlan, inner, &g);
		if (at->ifc.tags) {
			inner = vlan;
			vlan = at->ifc.vid;
		}
		at = at->ifc.below ? find(all, at->ifc.below) : NULL;
	}
	for (size_t k = 0; k < g.n; k++)
		if (is_first_sight(&g, k))
			out[n++] = g.v[k];
	if (!g.n && !(top && top->ifc.loopback))
		out[n++] = (struct seed_view){ top, 0, 0 };
	return n;
}
