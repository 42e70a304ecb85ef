/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the capture reader share: the byte source and the reader's state. Only for capture*.c. */
#ifndef FW_CAPTURE_IMPL_H
#define FW_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>
#include "capture.h"

#define SOURCE_CHUNK 65536

/* Bytes of a file, decompressed where it is gzipped. Reads no more of a pipe than is there. */
struct source {
	int fd;
	bool gzip, eof; /* eof: of the file, not of what is buffered */
	z_stream z;
	bool z_live, z_between; /* inflateInit was done; at the start of a gzip member */
	uint8_t *in;            /* SOURCE_CHUNK bytes as in the file: in[pos..end) is unused */
	size_t pos, end;
};

/* Owns fd from now on, whatever is returned. -EPROTONOSUPPORT and *err for compression other than gzip. */
int capture_source_open(struct source *s, int fd, char **err);
/* Up to n bytes; *got < n only at the end. 0, or a negative errno and *err. */
int capture_source_read(struct source *s, void *buf, size_t n, size_t *got, char **err);
void capture_source_close(struct source *s);

/* An interface of a pcapng section. */
struct capture_interface {
	int linktype;
	uint32_t snaplen; /* 0: no limit */
	uint8_t tsresol;  /* as in if_tsresol */
	int64_t tsoffset; /* seconds */
};

struct capture {
	struct source src;
	bool big_endian;  /* the byte order of the file, or of the section */
	uint64_t packets; /* delivered so far */
	int (*next)(struct capture *c, struct capture_packet *out, char **err);
	uint8_t *buf; /* the packet at hand */
	size_t cap;
	int failed; /* the error that ended the reading, or 0 */
	char *failed_text;

	/* classic pcap */
	int linktype;
	bool nanoseconds;
	uint16_t minor;   /* of the format's version, 2.minor */
	uint32_t snaplen; /* longer records are cut to it; 0: no limit */

	/* pcapng */
	struct capture_interface *ifs;
	size_t nifs, ifs_cap;
	uint64_t last_ns; /* stands in for the time of Simple Packet Blocks, which have none */
};

uint16_t capture_u16(const struct capture *c, const uint8_t *p);
uint32_t capture_u32(const struct capture *c, const uint8_t *p);
uint64_t capture_u64(const struct capture *c, const uint8_t *p);

/*
 * Sets *err to "packet N: " (while the file is opened: nothing) and the text, N being the packet to come;
 * returns rc.
 */
int capture_fail(struct capture *c, int rc, char **err, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* n bytes, all of them: -EBADMSG and "the file ends inside WHAT: A of B bytes" else. */
int capture_read(struct capture *c, void *buf, size_t n, const char *what, char **err);
/* n bytes of packet into c->buf. Refuses records over CAPTURE_MAX_RECORD. */
int capture_read_packet(struct capture *c, uint32_t n, char **err);

/* The rest of the file header behind the four bytes of magic; sets up `next`. */
int capture_open_pcap(struct capture *c, const uint8_t magic[4], char **err);
int capture_open_pcapng(struct capture *c, char **err);

#endif
