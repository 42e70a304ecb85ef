/* SPDX-License-Identifier: GPL-2.0 */
/* Classic pcap (draft-ietf-opsawg-pcap): a file header of 24 bytes, then records with headers of 16 bytes. */
#include <errno.h>
#include <inttypes.h>
#include "capture_impl.h"
#include "util.h"

enum {
	MAGIC_US = 0xa1b2c3d4,
	MAGIC_NS = 0xa1b23c4d,
	MAGIC_MODIFIED = 0xa1b2cd34,
	MAGIC_IXIA_HW = 0x1c0001ac,
	MAGIC_IXIA_SW = 0x1c0001ab
};
#define LINKTYPE_MASK 0x03ffffffu /* the bits above tell the length of the FCS, which trails the frame */

static int pcap_next(struct capture *c, struct capture_packet *out, char **err)
{
	_cleanup_free_ char *why = NULL;
	uint32_t captured, original, fraction;
	uint8_t h[16];
	size_t got;
	int rc = capture_source_read(&c->src, h, sizeof(h), &got, &why);

	if (rc)
		return capture_fail(c, rc, err, "%s", why);
	if (!got)
		return 0;
	if (got < sizeof(h))
		return capture_fail(c, -EBADMSG, err, "the file ends inside the record header: %zu of %zu bytes", got, sizeof(h));
	fraction = capture_u32(c, h + 4);
	captured = capture_u32(c, h + 8);
	original = capture_u32(c, h + 12);
	/*
	 * Up to version 2.2 the two lengths stood the other way round; 2.3 was written in both ways (as
	 * libpcap has it).
	 */
	if (c->minor < 3 || (c->minor == 3 && captured > original)) {
		captured = original;
		original = capture_u32(c, h + 8);
	}
	rc = capture_read_packet(c, captured, err);
	if (rc)
		return rc;
	/*
	 * Some writers give a captured length over the original one. The captured length frames the file, so
	 * it is true, and bytes that were captured were on the wire, padding and FCS at most: the original
	 * length is what is wrong. Cutting the data to it instead could hide headers from the parser.
	 */
	if (original < captured)
		original = captured;
	/*
	 * A record over the file's own snap length is cut to it, as libpcap does: tcpdump and fwctl judge the
	 * same bytes.
	 */
	if (c->snaplen && captured > c->snaplen)
		captured = c->snaplen;
	*out = (struct capture_packet){
		.data = c->buf,
		.captured = captured,
		.original = original,
		.linktype = c->linktype,
		.time_ns = capture_u32(c, h) * 1000000000ull + fraction * (c->nanoseconds ? 1ull : 1000ull),
	};
	return 1;
}

static int unknown_magic(uint32_t magic, const uint8_t b[4], char **err)
{
	if (magic == MAGIC_MODIFIED) {
		*err = xstrdup("modified pcap (magic a1b2cd34) is not read (convert it: editcap -F pcap IN OUT)");
		return -EPROTONOSUPPORT;
	}
	if (magic == MAGIC_IXIA_HW || magic == MAGIC_IXIA_SW) {
		*err = xstrdup("pcap as written by Ixia is not read (convert it: editcap -F pcap IN OUT)");
		return -EPROTONOSUPPORT;
	}
	*err = xasprintf("not a capture file (it begins with %02x %02x %02x %02x; pcap and pcapng are read)", b[0], b[1], b[2],
			 b[3]);
	return -EBADMSG;
}

/* The magic number in both byte orders; sets the order. */
static int pcap_magic(struct capture *c, const uint8_t b[4], char **err)
{
	static const bool orders[] = { false, true };
	uint32_t little = 0;

	for (size_t i = 0; i < 2; i++) {
		uint32_t magic;

		c->big_endian = orders[i];
		magic = capture_u32(c, b);
		if (magic == MAGIC_US || magic == MAGIC_NS) {
			c->nanoseconds = magic == MAGIC_NS;
			return 0;
		}
		if (magic == MAGIC_MODIFIED || magic == MAGIC_IXIA_HW || magic == MAGIC_IXIA_SW)
			return unknown_magic(magic, b, err);
		if (!i)
			little = magic;
	}
	return unknown_magic(little, b, err);
}

int capture_open_pcap(struct capture *c, const uint8_t magic[4], char **err)
{
	uint8_t h[20]; /* behind the magic: version 2 + 2, zone, accuracy, snap length, link type */
	uint16_t major;
	size_t got;
	int rc = pcap_magic(c, magic, err);

	if (rc)
		return rc;
	rc = capture_source_read(&c->src, h, sizeof(h), &got, err);
	if (rc)
		return rc;
	if (got < sizeof(h)) {
		*err = xasprintf("the file ends inside the file header: %zu of 24 bytes", got + 4);
		return -EBADMSG;
	}
	major = capture_u16(c, h);
	c->minor = capture_u16(c, h + 2);
	if (major != 2 || c->minor > 4) {
		*err = xasprintf("pcap version %u.%u is not read (2.4 is)", major, c->minor);
		return -EPROTONOSUPPORT;
	}
	/* The time zone is not looked at: writers leave it 0, and readers take times for UTC. */
	c->snaplen = capture_u32(c, h + 12);
	c->linktype = (int)(capture_u32(c, h + 16) & LINKTYPE_MASK);
	c->next = pcap_next;
	return 0;
}
