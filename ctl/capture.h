/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading of capture files: classic pcap (draft-ietf-opsawg-pcap; either byte order, micro- and nanoseconds)
 * and pcapng (draft-ietf-opsawg-pcapng), plain or gzipped, from a file or a pipe, a packet at a time.
 */
#ifndef FW_CAPTURE_H
#define FW_CAPTURE_H

#include <stdint.h>

#define CAPTURE_MAX_RECORD 262144 /* bytes of one packet, as in libpcap; more is taken for damage */

struct capture;

/*
 * One packet. `data` has `captured` bytes and is valid until the next call for the same capture; it starts
 * with the header that `linktype` (a LINKTYPE_ number, see linktype.h) tells of. `original` is the length on
 * the wire, never less than `captured`. `time_ns` counts from the epoch (UTC).
 */
struct capture_packet {
	const uint8_t *data;
	uint32_t captured, original;
	uint64_t time_ns;
	int linktype;
};

/*
 * Texts of errors are owned by the caller; `err` itself must not be NULL.
 *
 * Opens a file, or standard input for "-", and reads its file header. 0 and *out, owned by the caller; or a
 * negative errno and *err, a text without the file's name (-EBADMSG: not a capture, or a
 * damaged one; -EPROTONOSUPPORT: a kind that is not read; others as open(2) and read(2)).
 */
int capture_open(const char *path, struct capture **out, char **err);

/*
 * 1 and a packet; 0 at the end of the file; a negative errno and *err ("packet 17: ..."; the number is that
 * of the packet that could not be read). The same error is given again by later calls.
 */
int capture_next(struct capture *c, struct capture_packet *out, char **err);

/* Closes and frees; NULL is allowed. */
void capture_close(struct capture *c);

static inline void cleanup_capture_fn(struct capture **c) { capture_close(*c); }
#define _cleanup_capture_ __attribute__((cleanup(cleanup_capture_fn)))

#endif
