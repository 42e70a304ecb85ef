/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traffic for the end-to-end tests, where a shell cannot make it. Each subcommand is bounded, in time or in packets.
 *
 *   traffic talk tcp|udp ADDRESS PORT FILE SECONDS [FROM]
 *       says 64 bytes every 20 ms on a connection from address FROM, and appends to FILE what comes back
 *   traffic send ADDRESS PORT BYTES SECONDS
 *       sends that many bytes on a TCP connection as fast as they go, or with 0 until SIGTERM, then waits for the other end to
 *       close; prints bytes and MB/s
 *   traffic hold ADDRESS PORT CONNECTIONS SECONDS
 *       opens that many TCP connections, prints a line, and keeps them
 *   traffic sink PORT SECONDS
 *       accepts TCP connections (IPv6 and IPv4) and reads them; prints the bytes of each that ends. Its UDP socket is
 *       open and never read
 *   traffic flood DEVICE MAC syn|ack|rst|udp ADDRESS PORT PACKETS [FROM PORT]
 *       frames to an IPv4 address, each from another random address and port, or all from one; prints packets/s. Behind SYNs, `ack`
 *       sends from each of their sources an ACK of a number that it guesses
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "../shared/wire.h"
#include "random.h"

enum { CHUNK = 1 << 18, SAY_MS = 20, SAY_BYTES = 64, BATCH = 64, SINKS = 1024, LIMIT_S = 600 };

static void die(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct addrinfo *resolve(const char *address, const char *port, int type)
{
	const struct addrinfo hints = { .ai_socktype = type, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *a;

	if (getaddrinfo(address, port, &hints, &a)) {
		errno = EINVAL;
		die(address);
	}
	return a;
}

static int connect_to(int type, const char *address, const char *port, const char *from)
{
	struct addrinfo *to = resolve(address, port, type), *own = from ? resolve(from, "0", type) : NULL;
	int fd = socket(to->ai_family, type, 0);

	if (fd < 0 || (own && bind(fd, own->ai_addr, own->ai_addrlen)) || connect(fd, to->ai_addr, to->ai_addrlen))
		die(address);
	freeaddrinfo(to);
	if (own)
		freeaddrinfo(own);
	return fd;
}

static void talk(char **argv)
{
	int fd = connect_to(strcmp(argv[0], "tcp") ? SOCK_DGRAM : SOCK_STREAM, argv[1], argv[2], argv[5]);
	FILE *file = fopen(argv[3], "a");
	double end = now() + atof(argv[4]), next = 0;
	char said[SAY_BYTES], got[4096];

	if (!file)
		die(argv[3]);
	memset(said, 'x', sizeof(said));
	while (now() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (now() >= next) {
			(void)send(fd, said, sizeof(said), MSG_DONTWAIT | MSG_NOSIGNAL); /* no room: the other end is silent */
			next = now() + SAY_MS / 1e3;
		}
		if (poll(&p, 1, SAY_MS) <= 0)
			continue;
		n = recv(fd, got, sizeof(got), MSG_DONTWAIT);
		if (!n || (n < 0 && errno != EAGAIN && errno != ECONNREFUSED && errno != EHOSTUNREACH))
			return;
		fwrite(got, 1, n > 0 ? (size_t)n : 0, file);
		fflush(file);
	}
}

static volatile sig_atomic_t stopped;

static void on_term(int signal)
{
	(void)signal;
	stopped = 1;
}

static void send_bytes(char **argv)
{
	int fd = connect_to(SOCK_STREAM, argv[0], argv[1], NULL);
	unsigned long long wanted = strtoull(argv[2], NULL, 10), sent = 0;
	struct timeval limit = { .tv_sec = atoi(argv[3]) };
	char *chunk = (char *)calloc(1, CHUNK);
	double start = now();

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) || !chunk)
		die("send");
	signal(SIGTERM, on_term);
	while (wanted ? sent < wanted : !stopped) {
		size_t size = wanted && wanted - sent < CHUNK ? (size_t)(wanted - sent) : CHUNK;
		ssize_t n = send(fd, chunk, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			die("send");
		sent += n > 0 ? (unsigned long long)n : 0;
	}
	if (shutdown(fd, SHUT_WR) || recv(fd, chunk, 1, 0) != 0)
		die("the end of the transfer");
	printf("%llu %.1f\n", sent, (double)sent / 1e6 / (now() - start));
}

static void hold(char **argv)
{
	for (int left = atoi(argv[2]); left > 0; left--)
		(void)connect_to(SOCK_STREAM, argv[0], argv[1], NULL);
	puts("held");
	fflush(stdout);
	sleep((unsigned int)atoi(argv[3]));
}

static int open_sink(int type, const char *port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET6, type, 0), on = 1, off = 0;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) || bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, 1024)))
		die("sink");
	return fd;
}

static void sink(char **argv)
{
	static struct pollfd p[SINKS];
	static unsigned long long got[SINKS];
	char *chunk = (char *)malloc(CHUNK);
	nfds_t n = 1;

	alarm((unsigned int)atoi(argv[1]));
	p[0] = (struct pollfd){ .fd = open_sink(SOCK_STREAM, argv[0]), .events = POLLIN };
	(void)open_sink(SOCK_DGRAM, argv[0]);
	while (chunk && poll(p, n, -1) >= 0) {
		for (nfds_t i = 1; i < n; i++) {
			ssize_t size = p[i].revents ? recv(p[i].fd, chunk, CHUNK, MSG_DONTWAIT) : 1;

			got[i] += p[i].revents && size > 0 ? (unsigned long long)size : 0;
			if (size > 0 || (size < 0 && errno == EAGAIN))
				continue;
			printf("%llu\n", got[i]);
			fflush(stdout);
			close(p[i].fd);
			n--;
			p[i] = p[n];
			got[i] = got[n];
			i--;
		}
		if (p[0].revents && n < SINKS) {
			p[n] = (struct pollfd){ .fd = accept(p[0].fd, NULL, NULL), .events = POLLIN };
			got[n] = 0;
			n += p[n].fd >= 0;
		}
	}
}

/* --- flood ----------------------------------------------------------------------------------------- */

struct frame {
	struct wire_ether ether;
	struct wire_ipv4 ip;
	union {
		struct wire_tcp tcp;
		struct wire_udp udp;
	};
} __attribute__((packed));

static wire16_t be16(unsigned int v) { return (wire16_t){ htons((uint16_t)v) }; }

static uint32_t sum16(const void *p, size_t n, uint32_t sum)
{
	const uint8_t *b = (const uint8_t *)p;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)b[i] << 8 | b[i + 1];
	return sum;
}

static wire16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return be16(~sum);
}

/* An address that anybody might have: not loopback, nor multicast, nor of 0.0.0.0/8, nor our own 10.0.0.0/8. */
static uint32_t random_source(struct random *r)
{
	for (;;) {
		uint32_t a = random_u32(r), net = a >> 24;

		if (net && net != 10 && net != 127 && net < 224)
			return htonl(a);
	}
}

static size_t fill(struct frame *f, struct random *r, bool tcp, uint8_t flags)
{
	size_t header = tcp ? sizeof(f->tcp) : sizeof(f->udp);
	struct wire_ports ports = f->tcp.ports;
	uint32_t pseudo;

	if (!f->ip.src.v) {
		f->ip.src.v = random_source(r);
		ports.src = be16(1024 + random_u32(r) % 60000);
	}
	f->ip.id = be16(random_u32(r) & 0xffff);
	f->ip.checksum = be16(0);
	f->ip.checksum = fold(sum16(&f->ip, sizeof(f->ip), 0));
	pseudo = sum16(&f->ip.src, 8, (uint32_t)(f->ip.proto + header));
	if (tcp) {
		f->tcp = (struct wire_tcp){
			.ports = ports, .seq = { random_u32(r) }, .offset = 5 << 4, .flags = flags, .window = be16(64240)
		};
		f->tcp.checksum = fold(sum16(&f->tcp, header, pseudo));
	} else {
		f->udp = (struct wire_udp){ .ports = ports, .length = be16((unsigned int)header) };
		f->udp.checksum = fold(sum16(&f->udp, header, pseudo));
	}
	return sizeof(f->ether) + sizeof(f->ip) + header;
}

/* What follows the SYN *f from one who did not see what was answered. */
static void acknowledge(struct frame *f, struct random *r)
{
	f->tcp.seq.v = htonl(ntohl(f->tcp.seq.v) + 1);
	f->tcp.ack.v = random_u32(r);
	f->tcp.flags = 16;
	f->tcp.checksum = be16(0);
	f->tcp.checksum = fold(sum16(&f->tcp, sizeof(f->tcp), sum16(&f->ip.src, 8, f->ip.proto + (uint32_t)sizeof(f->tcp))));
}

static unsigned int send_frames(int fd, struct mmsghdr *m, unsigned int n)
{
	int sent = sendmmsg(fd, m, n, 0);

	if (sent < 0 && errno != ENOBUFS)
		die("sendmmsg");
	return sent > 0 ? (unsigned int)sent : 0;
}

static void flood(char **argv)
{
	static struct frame frames[BATCH];
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(argv[0]),
				  .sll_protocol = htons(0x0800) };
	unsigned long left = strtoul(argv[5], NULL, 10), packets = left;
	bool acks = !strcmp(argv[2], "ack"), resets = !strcmp(argv[2], "rst"), tcp = acks || resets || !strcmp(argv[2], "syn");
	struct random r = { 1 + (uint64_t)getpid() };
	struct frame model = { .ether = { .type = be16(0x0800) } };
	struct iovec iov[BATCH];
	struct mmsghdr m[BATCH];
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	double start = now();

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(argv[0]);
	sscanf(argv[1], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &model.ether.dst.b[0], &model.ether.dst.b[1], &model.ether.dst.b[2],
	       &model.ether.dst.b[3], &model.ether.dst.b[4], &model.ether.dst.b[5]);
	model.ether.src.b[0] = 2;
	model.ip = (struct wire_ipv4){
		.version_ihl = 0x45, .total_length = be16(tcp ? 40 : 28), .ttl = 64, .proto = tcp ? 6 : 17
	};
	model.tcp.ports.dst = be16((unsigned int)atoi(argv[4]));
	model.tcp.ports.src = be16(argv[6] ? (unsigned int)atoi(argv[7]) : 0);
	if (inet_pton(AF_INET, argv[3], &model.ip.dst) != 1 || (argv[6] && inet_pton(AF_INET, argv[6], &model.ip.src) != 1))
		die(argv[3]);
	while (left) {
		unsigned int n = left < BATCH ? (unsigned int)left : BATCH;

		for (unsigned int i = 0; i < n; i++) {
			frames[i] = model;
			iov[i] = (struct iovec){ &frames[i], fill(&frames[i], &r, tcp, resets ? 4 : 2) };
			m[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i], .msg_iovlen = 1 } };
		}
		n = send_frames(fd, m, n);
		left -= n;
		for (unsigned int i = 0; acks && i < n; i++)
			acknowledge(&frames[i], &r);
		if (acks && n)
			left -= left < n ? left : send_frames(fd, m, n);
	}
	printf("%.0f\n", (double)packets / (now() - start));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int min, max;
		void (*run)(char **argv);
	} commands[] = {
		{ "talk", 5, 6, talk }, { "send", 4, 4, send_bytes }, { "hold", 4, 4, hold },
		{ "sink", 2, 2, sink }, { "flood", 6, 8, flood },
	};

	alarm(LIMIT_S); /* whatever happens */
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].min && argc - 2 <= commands[i].max) {
			commands[i].run(argv + 2);
			return 0;
		}
	fprintf(stderr, "usage: traffic talk|send|sink|flood ... (see tests/traffic.c)\n");
	return 2;
}
