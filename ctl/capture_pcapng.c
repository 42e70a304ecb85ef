/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pcapng (draft-ietf-opsawg-pcapng). A block is type, total length, body, total length again; the body is
 * padded to 4 bytes. Bodies are read as they come: only a packet's bytes are held, so that no length in the
 * file decides over memory.
 */
#include <errno.h>
#include <inttypes.h>
#include "capture_impl.h"
#include "util.h"

enum { BLOCK_INTERFACE = 1, BLOCK_PACKET_OLD = 2, BLOCK_PACKET_SIMPLE = 3, BLOCK_PACKET = 6, BLOCK_SECTION = 0x0a0d0d0a };
enum { OPT_END = 0, OPT_TSRESOL = 9, OPT_TSOFFSET = 14 };
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

/* The block at hand: bytes of its body that are not read yet, and its total length. */
struct block {
	uint32_t type, length, left;
};

/* n bytes of the block's body. */
static int take(struct capture *c, struct block *b, void *buf, uint32_t n, const char *what, char **err)
{
	if (n > b->left)
		return capture_fail(c, -EBADMSG, err,
				    "%s needs %" PRIu32 " bytes, its block has %" PRIu32 " left (damaged file?)", what, n,
				    b->left);
	b->left -= n;
	return capture_read(c, buf, n, what, err);
}

/* The rest of the body, and the length that ends the block. */
static int block_end(struct capture *c, struct block *b, char **err)
{
	uint8_t buf[4096];
	uint32_t again;
	int rc;

	while (b->left) {
		uint32_t n = b->left < sizeof(buf) ? b->left : (uint32_t)sizeof(buf);

		rc = take(c, b, buf, n, "a block", err);
		if (rc)
			return rc;
	}
	rc = capture_read(c, buf, 4, "a block's last length", err);
	if (rc)
		return rc;
	again = capture_u32(c, buf);
	if (again != b->length)
		return capture_fail(c, -EBADMSG, err,
				    "a block of %" PRIu32 " bytes ends with a length of %" PRIu32 " (damaged file?)", b->length,
				    again);
	return 0;
}

/* Type and length checked against `least` bytes of body. */
static int block_length(struct capture *c, struct block *b, uint32_t least, char **err)
{
	if (b->length % 4 || b->length < 12 + least)
		return capture_fail(c, -EBADMSG, err,
				    "a block of type %" PRIu32 " with a length of %" PRIu32 " bytes (damaged file?)", b->type,
				    b->length);
	b->left = b->length - 12;
	return 0;
}

/*
 * Section Header Block, behind its type: 4 length, 4 byte-order magic, 2 + 2 version, 8 section length (not
 * used: blocks are read one after the other), options. It forgets the interfaces of the section before.
 */
static int read_section(struct capture *c, char **err)
{
	struct block b = { .type = BLOCK_SECTION };
	uint8_t h[8], version[4];
	int rc = capture_read(c, h, sizeof(h), "the section header", err);

	if (rc)
		return rc;
	c->big_endian = false;
	if (capture_u32(c, h + 4) != BYTE_ORDER_MAGIC) {
		c->big_endian = true;
		if (capture_u32(c, h + 4) != BYTE_ORDER_MAGIC)
			return capture_fail(c, -EBADMSG, err,
					    "a section header without the byte-order magic"
					    " (%02x %02x %02x %02x; not a capture file?)",
					    h[4], h[5], h[6], h[7]);
	}
	b.length = capture_u32(c, h);
	rc = block_length(c, &b, 16, err);
	if (rc)
		return rc;
	b.left -= 4;
	rc = take(c, &b, version, sizeof(version), "the section header", err);
	if (rc)
		return rc;
	/* 1.2 is 1.0 as some writers number it. */
	if (capture_u16(c, version) != 1 || (capture_u16(c, version + 2) && capture_u16(c, version + 2) != 2))
		return capture_fail(c, -EPROTONOSUPPORT, err, "pcapng version %u.%u is not read (1.0 is)",
				    capture_u16(c, version), capture_u16(c, version + 2));
	c->nifs = 0;
	return block_end(c, &b, err);
}

static int read_interface_option(struct capture *c, struct block *b, struct capture_interface *out, bool *end, char **err)
{
	uint8_t h[4], value[8] = { 0 };
	uint32_t len, padded, want;
	uint16_t code;
	int rc = take(c, b, h, sizeof(h), "an interface option", err);

	if (rc)
		return rc;
	code = capture_u16(c, h);
	len = capture_u16(c, h + 2);
	padded = (len + 3) & ~3u;
	*end = code == OPT_END;
	want = code == OPT_TSRESOL ? 1 : code == OPT_TSOFFSET ? 8 : 0;
	if (want && len != want)
		return capture_fail(c, -EBADMSG, err, "interface option %u of %" PRIu32 " bytes, not %" PRIu32 " (damaged file?)",
				    code, len, want);
	for (uint32_t done = 0; done < padded;) {
		uint32_t n = padded - done < sizeof(value) ? padded - done : (uint32_t)sizeof(value);

		rc = take(c, b, value, n, "an interface option", err);
		if (rc)
			return rc;
		done += n;
	}
	if (code == OPT_TSRESOL)
		out->tsresol = value[0];
	else if (code == OPT_TSOFFSET)
		out->tsoffset = (int64_t)capture_u64(c, value);
	return 0;
}

/* Interface Description Block: 2 link type, 2 reserved, 4 snap length, options. */
static int read_interface(struct capture *c, struct block *b, char **err)
{
	struct capture_interface i = { .tsresol = 6 };
	bool end = false;
	uint8_t h[8];
	int rc = take(c, b, h, sizeof(h), "an interface block", err);

	if (rc)
		return rc;
	i.linktype = capture_u16(c, h);
	i.snaplen = capture_u32(c, h + 4);
	while (!end && b->left) {
		rc = read_interface_option(c, b, &i, &end, err);
		if (rc)
			return rc;
	}
	GROW(c->ifs, c->nifs, c->ifs_cap);
	c->ifs[c->nifs++] = i;
	return block_end(c, b, err);
}

__extension__ typedef __int128 wide_t;

/*
 * A time stamp in units of the interface as ns since the epoch. if_tsresol is n for units of 10^-n s, and
 * 0x80 | n for 2^-n s. What does not fit (before 1970, after 2554) becomes the nearest that does.
 */
static uint64_t time_ns(const struct capture_interface *i, uint64_t ticks)
{
	unsigned int n = i->tsresol & 0x7f;
	wide_t ns = ticks;

	if (i->tsresol & 0x80) {
		ns = ns * 1000000000 >> n;
	} else {
		for (; n < 9; n++)
			ns *= 10;
		for (; n > 9; n--)
			ns /= 10;
	}
	ns += (wide_t)i->tsoffset * 1000000000;
	if (ns < 0)
		return 0;
	return ns > (wide_t)UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

/* NULL and *err where the section has not described it. */
static const struct capture_interface *find_interface(struct capture *c, uint32_t id, char **err)
{
	if (id < c->nifs)
		return &c->ifs[id];
	capture_fail(c, -EBADMSG, err, "interface %" PRIu32 " is not described (%zu are; damaged file?)", id, c->nifs);
	return NULL;
}

/*
 * Enhanced Packet Block: 4 interface, 8 time (high word first), 4 captured, 4 original length, bytes, options.
 * The old Packet Block has 2 interface, 2 drops in place of the 4. Returns as capture_next does.
 */
static int read_packet(struct capture *c, struct block *b, struct capture_packet *out, char **err)
{
	const struct capture_interface *i;
	uint32_t captured, original;
	uint8_t h[20];
	int rc = take(c, b, h, sizeof(h), "a packet block", err);

	if (rc)
		return rc;
	i = find_interface(c, b->type == BLOCK_PACKET ? capture_u32(c, h) : capture_u16(c, h), err);
	if (!i)
		return -EBADMSG;
	captured = capture_u32(c, h + 12);
	original = capture_u32(c, h + 16);
	if (captured > b->left && captured <= CAPTURE_MAX_RECORD)
		return capture_fail(c, -EBADMSG, err,
				    "record of %" PRIu32 " bytes in a block with %" PRIu32 " left (damaged file?)", captured,
				    b->left);
	rc = capture_read_packet(c, captured, err);
	if (rc)
		return rc;
	b->left -= captured;
	c->last_ns = time_ns(i, (uint64_t)capture_u32(c, h + 4) << 32 | capture_u32(c, h + 8));
	*out = (struct capture_packet){
		.data = c->buf,
		.captured = captured,
		.linktype = i->linktype,
		.time_ns = c->last_ns,
		.original = original > captured ? original : captured, /* as in capture_pcap.c */
	};
	rc = block_end(c, b, err);
	return rc ? rc : 1;
}

/*
 * Simple Packet Block: 4 original length, bytes up to the snap length of interface 0. It has no time: the
 * packet before it lends its own, so that timeouts and limits see a clock that stands still, not one that
 * jumps back to 1970.
 */
static int read_simple(struct capture *c, struct block *b, struct capture_packet *out, char **err)
{
	const struct capture_interface *i;
	uint32_t captured, original;
	uint8_t h[4];
	int rc = take(c, b, h, sizeof(h), "a packet block", err);

	if (rc)
		return rc;
	i = find_interface(c, 0, err);
	if (!i)
		return -EBADMSG;
	original = capture_u32(c, h);
	captured = i->snaplen && original > i->snaplen ? i->snaplen : original;
	if (captured > b->left)
		captured = b->left; /* writers with a wrong snap length: the block holds what was captured */
	rc = capture_read_packet(c, captured, err);
	if (rc)
		return rc;
	b->left -= captured;
	*out = (struct capture_packet){
		.data = c->buf,
		.captured = captured,
		.original = original,
		.linktype = i->linktype,
		.time_ns = c->last_ns,
	};
	rc = block_end(c, b, err);
	return rc ? rc : 1;
}

static int pcapng_next(struct capture *c, struct capture_packet *out, char **err)
{
	for (;;) {
		_cleanup_free_ char *why = NULL;
		struct block b = { 0 };
		uint8_t h[4];
		size_t got;
		int rc = capture_source_read(&c->src, h, sizeof(h), &got, &why);

		if (rc)
			return capture_fail(c, rc, err, "%s", why);
		if (!got)
			return 0;
		if (got < sizeof(h))
			return capture_fail(c, -EBADMSG, err, "the file ends inside a block header: %zu of 8 bytes", got);
		b.type = capture_u32(c, h);
		if (b.type == BLOCK_SECTION) {
			rc = read_section(c, err);
			if (rc)
				return rc;
			continue;
		}
		rc = capture_read(c, h, sizeof(h), "a block header", err);
		if (rc)
			return rc;
		b.length = capture_u32(c, h);
		rc = block_length(c, &b, 0, err);
		if (rc)
			return rc;
		if (b.type == BLOCK_PACKET_SIMPLE)
			return read_simple(c, &b, out, err);
		if (b.type == BLOCK_PACKET || b.type == BLOCK_PACKET_OLD)
			return read_packet(c, &b, out, err);
		rc = b.type == BLOCK_INTERFACE ? read_interface(c, &b, err) : block_end(c, &b, err);
		if (rc)
			return rc;
	}
}

int capture_open_pcapng(struct capture *c, char **err)
{
	int rc = read_section(c, err);

	c->next = pcapng_next;
	return rc;
}
