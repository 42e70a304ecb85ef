/* SPDX-License-Identifier: GPL-2.0 */
/* What sockets become flows, who began them, and which tags their packets have where programs see them. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/addr.h"
#include "../ctl/mapset.h"
#include "../ctl/seed_plan.h"
#include "../ctl/util.h"

/* --- sockets --------------------------------------------------------------------------------------- */

static addr_t addr(const char *text)
{
	enum family family;
	addr_t a;

	assert_int_equal(addr_parse(text, strlen(text), &family, &a), ADDR_OK);
	return a;
}

static struct socket_info tcp(__u8 state, const char *local, uint16_t lport, const char *remote, uint16_t rport)
{
	return (struct socket_info){ .local = addr(local),
				     .remote = addr(remote),
				     .lport = { htons(lport) },
				     .rport = { htons(rport) },
				     .proto = PROTO_TCP,
				     .state = state,
				     .family = strchr(local, ':') ? FAMILY_INET6 : FAMILY_INET };
}

static struct socket_info udp(__u8 state, const char *local, uint16_t lport, const char *remote, uint16_t rport)
{
	struct socket_info s = tcp(state, local, lport, remote, rport);

	s.proto = PROTO_UDP;
	return s;
}

static bool by_peer(const struct socket_info *listener, const struct socket_info *s)
{
	struct socket_info v[2] = { *s, *listener };

	return socket_by_peer(&(struct socket_list){ v, 2, 2 }, s);
}

static void test_who_began(void **state)
{
	struct socket_info s4 = tcp(SOCKET_ESTABLISHED, "10.0.0.2", 22, "10.0.0.1", 40000);
	struct socket_info s6 = tcp(SOCKET_ESTABLISHED, "fd00::2", 22, "fd00::1", 40000);
	struct socket_info any4 = tcp(SOCKET_LISTEN, "0.0.0.0", 22, "0.0.0.0", 0), any6 = tcp(SOCKET_LISTEN, "::", 22, "::", 0);
	struct socket_info one = tcp(SOCKET_LISTEN, "10.0.0.2", 22, "0.0.0.0", 0), other = any4, u;

	(void)state;
	assert_true(by_peer(&any4, &s4));
	assert_false(by_peer(&any4, &s6));
	assert_true(by_peer(&any6, &s6));
	assert_true(by_peer(&any6, &s4));
	any6.v6only = 1;
	assert_false(by_peer(&any6, &s4));
	assert_true(by_peer(&any6, &s6));
	assert_true(by_peer(&one, &s4));
	one.local = addr("10.0.0.3");
	assert_false(by_peer(&one, &s4));
	other.lport.raw = htons(23);
	assert_false(by_peer(&other, &s4));
	any4.ifindex = 2;
	assert_true(by_peer(&any4, &s4));
	s4.ifindex = 3;
	assert_false(by_peer(&any4, &s4));
	s4.ifindex = any4.ifindex = 0;
	/* The protocols do not mix; a connected UDP socket is no listener. */
	u = udp(SOCKET_CLOSE, "0.0.0.0", 22, "0.0.0.0", 0);
	assert_false(by_peer(&u, &s4));
	s4.proto = PROTO_UDP;
	assert_true(by_peer(&u, &s4));
	u.state = SOCKET_ESTABLISHED;
	assert_false(by_peer(&u, &s4));
	/* States that tell by themselves. */
	s4 = tcp(SOCKET_SYN_SENT, "10.0.0.2", 22, "10.0.0.1", 40000);
	assert_false(by_peer(&any4, &s4));
	s4.state = SOCKET_SYN_RECV;
	assert_true(by_peer(&other, &s4));
}

static void test_states(void **state)
{
	static const struct {
		__u8 socket;
		bool seeded;
		enum flow_state state;
		__u8 local, remote;
	} table[] = {
		{ SOCKET_ESTABLISHED, true, FLOW_ESTABLISHED, 0, 0 },
		{ SOCKET_SYN_SENT, true, FLOW_SYN_SENT, 0, 0 },
		{ SOCKET_SYN_RECV, true, FLOW_SYN_RECEIVED, 0, 0 },
		{ SOCKET_FIN_WAIT1, true, FLOW_CLOSING, TCP_FIN, 0 },
		{ SOCKET_FIN_WAIT2, true, FLOW_CLOSING, TCP_FIN, 0 },
		{ SOCKET_TIME_WAIT, false, FLOW_CLOSED, 0, 0 },
		{ SOCKET_CLOSE, false, FLOW_CLOSED, 0, 0 },
		{ SOCKET_CLOSE_WAIT, true, FLOW_CLOSING, 0, TCP_FIN },
		{ SOCKET_LAST_ACK, true, FLOW_CLOSING, TCP_FIN, TCP_FIN },
		{ SOCKET_LISTEN, false, FLOW_CLOSED, 0, 0 },
		{ SOCKET_CLOSING, true, FLOW_CLOSING, TCP_FIN, TCP_FIN },
		{ SOCKET_NEW_SYN_RECV, true, FLOW_SYN_RECEIVED, 0, 0 },
		{ 13, false, FLOW_CLOSED, 0, 0 },
		{ 200, false, FLOW_CLOSED, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_COUNT(table); i++) {
		struct socket_info s = tcp(table[i / 2].socket, "10.0.0.2", 22, "10.0.0.1", 40000);
		struct seed seed;

		assert_int_equal(seed_of_socket(&s, i % 2, &seed), table[i / 2].seeded);
		if (!table[i / 2].seeded)
			continue;
		assert_int_equal(seed.state, table[i / 2].state);
		assert_int_equal(seed.tcp_flags[i % 2], table[i / 2].local);
		assert_int_equal(seed.tcp_flags[!(i % 2)], table[i / 2].remote);
	}
}

static void test_first_packet(void **state)
{
	struct socket_info s = tcp(SOCKET_ESTABLISHED, "10.0.0.2", 22, "10.0.0.1", 40000), u;
	struct seed seed;

	(void)state;
	assert_true(seed_of_socket(&s, true, &seed));
	assert_memory_equal(&seed.first.src, &s.remote, sizeof(addr_t));
	assert_memory_equal(&seed.first.dst, &s.local, sizeof(addr_t));
	assert_int_equal(ntohs(seed.first.sport.raw), 40000);
	assert_int_equal(ntohs(seed.first.dport.raw), 22);
	assert_int_equal(seed.first.tcp_flags, TCP_SYN);
	assert_int_equal(seed.first.family, FAMILY_INET);
	assert_int_equal(seed.direction, DIRECTION_IN);
	assert_true(seed_of_socket(&s, false, &seed));
	assert_memory_equal(&seed.first.src, &s.local, sizeof(addr_t));
	assert_int_equal(ntohs(seed.first.sport.raw), 22);
	assert_int_equal(seed.direction, DIRECTION_OUT);
	u = udp(SOCKET_ESTABLISHED, "fd00::2", 5000, "fd00::1", 53);
	assert_true(seed_of_socket(&u, false, &seed));
	assert_int_equal(seed.first.family, FAMILY_INET6);
	assert_int_equal(seed.first.proto, PROTO_UDP);
	assert_int_equal(seed.first.has, HAS_PORTS);
	assert_int_equal(seed.first.tcp_flags, 0);
	assert_int_equal(seed.first.length, 48);
	assert_int_equal(seed.state, FLOW_REPLIED);
	u.state = SOCKET_CLOSE;
	assert_false(seed_of_socket(&u, false, &seed));
}

/* --- interfaces ------------------------------------------------------------------------------------ */

/*
 * 1 lo; 2 eth0; 3 eth1, a port of bridge 4; 5 VLAN 100 on 2; 6 VLAN 200 on 5; 7 a macvlan on 2; 8 VLAN 7 on the bridge;
 * 9 a tunnel.
 */
static struct seed_iface net[] = {
	{ .ifc = { .index = 1, .loopback = true } },
	{ .ifc = { .index = 2 } },
	{ .ifc = { .index = 3, .master = 4 } },
	{ .ifc = { .index = 4 } },
	{ .ifc = { .index = 5, .below = 2, .tags = true, .vid = 100 } },
	{ .ifc = { .index = 6, .below = 5, .tags = true, .vid = 200 } },
	{ .ifc = { .index = 7, .below = 2 } },
	{ .ifc = { .index = 8, .below = 4, .tags = true, .vid = 7 } },
	{ .ifc = { .index = 9 } },
};

/*
 * What fresh interfaces see of a connection that is routed over `device`: "ifindex/vlan/inner ...". `roles` has a letter an
 * interface: a attached, f fresh, s fresh and takes tags off.
 */
static void expect_views(const char *roles, unsigned int device, const char *want)
{
	struct seed_view v[SEED_VIEWS_MAX];
	_cleanup_strbuf_ struct strbuf got = { NULL, 0, 0 };
	size_t n;

	for (size_t i = 0; i < ARRAY_COUNT(net); i++) {
		net[i].role = roles[i] == 'a' ? SEED_ATTACHED : roles[i] == '.' ? SEED_UNATTACHED : SEED_FRESH;
		net[i].strips_vlan = roles[i] == 's';
	}
	n = seed_views(&(struct seed_ifaces){ net, ARRAY_COUNT(net) }, device, v);
	for (size_t i = 0; i < n; i++)
		strbuf_add(&got, "%s%u/%u/%u", i ? " " : "", v[i].at ? v[i].at->ifc.index : 0, v[i].vlan, v[i].inner_vlan);
	if (strcmp(got.str ? got.str : "", want))
		fail_msg("%s, over %u: '%s', not '%s'", roles, device, got.str ? got.str : "", want);
}

static void test_views(void **state)
{
	(void)state;
	expect_views(".f.......", 2, "2/0/0");
	expect_views(".a.......", 2, "");      /* judged there already */
	expect_views(".a.......", 9, "9/0/0"); /* another device: what comes over eth0 all the same shall pass */
	expect_views(".f.......", 0, "0/0/0"); /* no route */
	expect_views(".f.......", 1, "");      /* loopback */
	expect_views("ff.......", 1, "1/0/0");
	expect_views("af.......", 1, "");
	expect_views("..f......", 4, "3/0/0"); /* a bridge's port */
	expect_views("..ff.....", 4, "3/0/0"); /* the port and the bridge see the same */
	expect_views("..af.....", 4, "");
	expect_views("...f.....", 4, "4/0/0");
	expect_views("..f......", 8, "3/7/0"); /* a VLAN on a bridge */
	expect_views(".f.......", 5, "2/100/0");
	expect_views(".f..f....", 5, "5/0/0 2/100/0");
	expect_views(".a..f....", 5, "5/0/0");
	expect_views(".f..a....", 5, "2/100/0");
	expect_views(".f..ff...", 6, "6/0/0 5/200/0 2/100/200");
	expect_views(".s.......", 5, "2/0/0"); /* the NIC takes the outer tag off */
	expect_views(".s.......", 6, "2/200/0");
	expect_views(".f.......", 7, "2/0/0");
	expect_views(".f....f..", 7, "7/0/0"); /* both see the same */
	expect_views(".a....f..", 7, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_began),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_first_packet),
		cmocka_unit_test(test_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
