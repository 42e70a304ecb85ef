/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "addr.h"
#include "flowview.h"
#include "iface.h"
#include "session.h"
#include "util.h"

/* As sshd writes an address: fe80::1%eth0, and where its socket is of IPv6 ::ffff:192.0.2.1 of IPv4. */
static bool session_addr(char *text, enum family *family, addr_t *out)
{
	static const char mapped[] = "::ffff:";
	bool v4 = !strncasecmp(text, mapped, sizeof(mapped) - 1) && strchr(text, '.');

	text[strcspn(text, "%")] = '\0';
	text += v4 ? sizeof(mapped) - 1 : 0;
	return addr_parse(text, strlen(text), family, out) == ADDR_OK;
}

/* The session's packet from client to server. False where the variable says nothing that is understood. */
static bool session_packet(const char *text, struct packet *p)
{
	char client[ADDR_TEXT_MAX], server[ADDR_TEXT_MAX], port[2][8];
	unsigned long cport, sport;
	enum family a, b;

	memset(p, 0, sizeof(*p));
	if (!text || sscanf(text, "%95s %7s %95s %7s", client, port[0], server, port[1]) != 4 ||
	    !text_number(port[0], 65535, &cport) || !text_number(port[1], 65535, &sport))
		return false;
	if (!session_addr(client, &a, &p->src) || !session_addr(server, &b, &p->dst) || a != b)
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

/* SSH_CONNECTION from the environment of a process, owned by the caller; NULL where it has none. */
static char *ssh_of_process(pid_t pid)
{
	static const char name[] = "SSH_CONNECTION=";
	_cleanup_free_ char *path = xasprintf("/proc/%d/environ", (int)pid), *text = NULL;
	size_t len;

	if (read_file(path, 1 << 20, &text, &len))
		return NULL;
	for (const char *p = text; p < text + len; p += strlen(p) + 1)
		if (!strncmp(p, name, sizeof(name) - 1))
			return xstrdup(p + sizeof(name) - 1);
	return NULL;
}

static char *ssh_connection(void)
{
	const char *own = getenv("SSH_CONNECTION");
	pid_t pid = getppid();

	if (own && *own)
		return xstrdup(own);
	for (int depth = 0; pid > 1 && depth < 32; depth++, pid = process_parent(pid)) {
		char *found = ssh_of_process(pid);

		if (found)
			return found;
	}
	return NULL;
}

/*
 * Whether the session's server end is in this network namespace: with -n, and behind `ip netns exec`, it is in another. No interface has
 * the address where all of a prefix is local (127.0.0.0/8); and what an interface has in a VRF, not every socket can be bound to.
 */
static bool is_here(const struct packet *p)
{
	char own[IFNAMSIZ] = "";
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	bool v4 = p->family == FAMILY_INET;
	_cleanup_close_ int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	in4.sin_addr.s_addr = p->dst.w[3];
	memcpy(&in6.sin6_addr, &p->dst, sizeof(in6.sin6_addr));
	iface_of_address((enum family)p->family, &p->dst, own);
	if (own[0] || fd < 0)
		return true;
	return !bind(fd, v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6, v4 ? sizeof(in4) : sizeof(in6)) ||
	       errno != EADDRNOTAVAIL;
}

bool session_find(struct packet *p)
{
	_cleanup_free_ char *connection = ssh_connection();

	return session_packet(connection, p) && is_here(p);
}

bool session_is_flow(const struct flow *f, const struct packet *p)
{
	struct flow_ends e;

	flow_ends_of(f, &e);
	if (f->key.proto != PROTO_TCP || f->key.family != p->family)
		return false;
	if (!memcmp(&e.src, &p->src, sizeof(e.src)) && e.sport.raw == p->sport.raw)
		return !memcmp(&e.dst, &p->dst, sizeof(e.dst)) && e.dport.raw == p->dport.raw;
	return !memcmp(&e.src, &p->dst, sizeof(e.src)) && e.sport.raw == p->dport.raw &&
	       !memcmp(&e.dst, &p->src, sizeof(e.dst)) && e.dport.raw == p->sport.raw;
}
