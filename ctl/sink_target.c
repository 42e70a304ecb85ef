/* SPDX-License-Identifier: GPL-2.0 */
/* `udp:192.0.2.1:4739` and its like. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "addr.h"
#include "fail.h"
#include "sink.h"
#include "util.h"

#define FORM "udp:192.0.2.1:4739, tcp:[2001:db8::1]:4739"

static int parse_port(const char *text, __u16 *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || !v || v > 65535)
		return -EINVAL;
	*out = (__u16)v;
	return 0;
}

/* The interface behind a `%` of a link-local address: a name or a number. */
static int parse_scope(const char *text, __u32 *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	*out = *end || !v ? if_nametoindex(text) : (__u32)v;
	return *out ? 0 : -ENODEV;
}

int ipfix_target_parse(const char *text, struct ipfix_target *out, char **err)
{
	char host[80] = "", *scope;
	const char *rest = text + 4, *end, *port;

	*out = (struct ipfix_target){ .tcp = !strncmp(text, "tcp:", 4) };
	if (!out->tcp && strncmp(text, "udp:", 4))
		return FAIL(err, -EINVAL, "'%s' does not begin with udp: or tcp: (such as " FORM ")", text);
	if (*rest == '[') {
		end = strchr(++rest, ']');
		port = end && end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strrchr(rest, ':');
		port = end ? end + 1 : NULL;
		if (end && memchr(rest, ':', (size_t)(end - rest)))
			return FAIL(err, -EINVAL, "'%s': an IPv6 address stands in brackets (such as " FORM ")", text);
	}
	if (!port || parse_port(port, &out->port))
		return FAIL(err, -EINVAL, "'%s' has no port from 1 to 65535 behind the address (such as " FORM ")", text);
	snprintf(host, sizeof(host), "%.*s", (int)(end - rest), rest);
	scope = strchr(host, '%');
	if (scope)
		*scope++ = '\0';
	if (addr_parse(host, strlen(host), &out->family, &out->addr))
		return FAIL(err, -EINVAL,
			    "'%s': '%s' is not an address; names are not looked up (getent hosts %s tells its address)", text,
			    host, host);
	if (scope && (out->family != FAMILY_INET6 || parse_scope(scope, &out->scope)))
		return FAIL(err, -EINVAL, "'%s': '%s' is no interface here", text, scope);
	snprintf(out->text, sizeof(out->text), "%s", text);
	return 0;
}

socklen_t ipfix_target_address(const struct ipfix_target *t, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (t->family == FAMILY_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(t->port);
		memcpy(&v4->sin_addr, &t->addr.b[12], 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(t->port);
	v6->sin6_scope_id = t->scope;
	memcpy(&v6->sin6_addr, t->addr.b, 16);
	return sizeof(*v6);
}

bool ipfix_own_address_gone(int fd)
{
	struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof(own);
	_cleanup_close_ int probe = -1;

	if (getsockname(fd, (struct sockaddr *)&own, &n))
		return false;
	if (own.ss_family == AF_INET)
		((struct sockaddr_in *)&own)->sin_port = 0;
	else
		((struct sockaddr_in6 *)&own)->sin6_port = 0;
	probe = socket(own.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return probe >= 0 && bind(probe, (struct sockaddr *)&own, n) && errno == EADDRNOTAVAIL;
}
