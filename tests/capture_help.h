/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests of the capture reader: captures put together in memory, in either byte order, and opened without
 * a file.
 */
#ifndef TESTS_CAPTURE_HELP_H
#define TESTS_CAPTURE_HELP_H

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../ctl/capture.h"
#include "../ctl/util.h"

/* Bytes under construction. */
struct bytes {
	uint8_t b[4096];
	size_t n;
	bool big;
};

static inline void put_bytes(struct bytes *o, const void *p, size_t n)
{
	assert(o->n + n <= sizeof(o->b));
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

static inline void put_u(struct bytes *o, uint64_t v, size_t size)
{
	uint8_t b[8];

	for (size_t i = 0; i < size; i++)
		b[i] = (uint8_t)(v >> 8 * (o->big ? size - 1 - i : i));
	put_bytes(o, b, size);
}

static inline void put_pcap_header(struct bytes *o, uint32_t magic, uint16_t minor, uint32_t network)
{
	put_u(o, magic, 4);
	put_u(o, 2, 2);
	put_u(o, minor, 2);
	put_u(o, 0, 8);
	put_u(o, 0, 4);
	put_u(o, network, 4);
}

static inline void put_record(struct bytes *o, uint32_t s, uint32_t fraction, uint32_t captured, uint32_t original)
{
	put_u(o, s, 4);
	put_u(o, fraction, 4);
	put_u(o, captured, 4);
	put_u(o, original, 4);
	for (uint32_t i = 0; i < captured && i < 256; i++)
		put_u(o, i, 1);
}

/* A pcapng block; `body` is padded. */
static inline void put_block(struct bytes *o, uint32_t type, const struct bytes *body)
{
	size_t padded = (body->n + 3) & ~(size_t)3;

	put_u(o, type, 4);
	put_u(o, 12 + padded, 4);
	put_bytes(o, body->b, body->n);
	put_u(o, 0, padded - body->n);
	put_u(o, 12 + padded, 4);
}

static inline void put_section(struct bytes *o, bool big)
{
	struct bytes body = { .big = big };

	o->big = big;
	put_u(&body, 0x1a2b3c4d, 4);
	put_u(&body, 1, 2);
	put_u(&body, 0, 2);
	put_u(&body, UINT64_MAX, 8);
	put_block(o, 0x0a0d0d0a, &body);
}

/* tsresol < 0 and tsoffset 0: no such option. */
static inline void put_interface(struct bytes *o, uint16_t linktype, uint32_t snaplen, int tsresol, int64_t tsoffset)
{
	struct bytes body = { .big = o->big };

	put_u(&body, linktype, 2);
	put_u(&body, 0, 2);
	put_u(&body, snaplen, 4);
	put_u(&body, 1, 2); /* a comment of 5 bytes */
	put_u(&body, 5, 2);
	put_bytes(&body, "hello\0\0", 8);
	if (tsresol >= 0) {
		put_u(&body, 9, 2);
		put_u(&body, 1, 2);
		put_u(&body, (uint64_t)tsresol, 1);
		put_u(&body, 0, 3);
	}
	if (tsoffset) {
		put_u(&body, 14, 2);
		put_u(&body, 8, 2);
		put_u(&body, (uint64_t)tsoffset, 8);
	}
	put_block(o, 1, &body);
}

static inline void put_enhanced(struct bytes *o, uint32_t interface, uint64_t ticks, uint32_t captured, uint32_t original)
{
	struct bytes body = { .big = o->big };

	put_u(&body, interface, 4);
	put_u(&body, ticks >> 32, 4);
	put_u(&body, ticks & 0xffffffff, 4);
	put_u(&body, captured, 4);
	put_u(&body, original, 4);
	for (uint32_t i = 0; i < captured && i < 256; i++)
		put_u(&body, i, 1);
	put_block(o, 6, &body);
}

/* capture_open on n bytes. */
static inline int open_bytes(const void *p, size_t n, struct capture **out, char **err)
{
	_cleanup_close_ int fd = memfd_create("capture", MFD_CLOEXEC);
	char path[64];

	assert(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return capture_open(path, out, err);
}

/* Reads to the end. The number of packets, and *err (owned by the caller) where it ended in an error. */
static inline unsigned int read_all(struct capture *c, int *rc, char **err)
{
	struct capture_packet p;
	unsigned int n = 0;

	while ((*rc = capture_next(c, &p, err)) > 0) {
		uint32_t sum = 0;

		for (uint32_t i = 0; i < p.captured; i++)
			sum += p.data[i]; /* for the sanitizers */
		__asm__ volatile("" : : "r"(sum));
		assert(p.original >= p.captured);
		n++;
	}
	return n;
}

#endif
