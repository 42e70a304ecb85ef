/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP and UDP sockets of the present network namespace, as sock_diag (sock_diag(7)) shows them. */
#ifndef FW_SOCKETS_H
#define FW_SOCKETS_H

#include <stddef.h>
#include "../shared/packet.h"

/* States of sockets: the kernel's (include/net/tcp_states.h), which UDP sockets have two of. */
enum {
	SOCKET_ESTABLISHED = 1,
	SOCKET_SYN_SENT,
	SOCKET_SYN_RECV,
	SOCKET_FIN_WAIT1,
	SOCKET_FIN_WAIT2,
	SOCKET_TIME_WAIT,
	SOCKET_CLOSE,
	SOCKET_CLOSE_WAIT,
	SOCKET_LAST_ACK,
	SOCKET_LISTEN,
	SOCKET_CLOSING,
	SOCKET_NEW_SYN_RECV
};

struct socket_info {
	addr_t local, remote; /* all zeros: any (of IPv6 sockets); IPv4 as mapped, so ::ffff:0.0.0.0 is any of IPv4 */
	port_be_t lport, rport;
	__u8 family;   /* enum family of its packets: of an IPv6 socket with mapped addresses FAMILY_INET */
	__u8 proto;    /* PROTO_TCP, PROTO_UDP */
	__u8 state;    /* SOCKET_* */
	__u8 v6only;   /* an unconnected IPv6 socket that takes no IPv4 */
	__u32 ifindex; /* that it is bound to; 0 none */
	__u32 mark;    /* SO_MARK, which policy routing may ask for */
};
_Static_assert(sizeof(struct socket_info) == 48 && offsetof(struct socket_info, state) == 38, "its identity first, no padding");
struct socket_list {
	struct socket_info *v;
	size_t n, cap;
};

/*
 * Adds the protocol's sockets of both families to *out: those of TCP but in TIME-WAIT, listening ones included, and those
 * of UDP that have a local port, connected or not. Returns 0 or a negative errno with *err; -ENOENT where the kernel tells
 * nothing of the protocol's sockets (no tcp_diag, udp_diag).
 */
int sockets_read(__u8 proto, struct socket_list *out, char **err);
void socket_list_free(struct socket_list *l);
#define _cleanup_socket_list_ _cleanup_(socket_list_free)

/* In a list that is sorted by socket_list_sort(): is there a socket with these two ends? */
void socket_list_sort(struct socket_list *l);
bool socket_list_has(const struct socket_list *l, const struct socket_info *s);

/* It accepts, or waits for datagrams of anyone: its port is where others begin. */
static inline bool socket_listens(const struct socket_info *s)
{
	return s->state == (s->proto == PROTO_TCP ? SOCKET_LISTEN : SOCKET_CLOSE);
}

#endif
