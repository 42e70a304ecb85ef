/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "linktype.h"
#include "util.h"

enum {
	LT_NULL = 0,
	LT_ETHERNET = 1,
	LT_RAW_BSD = 12,
	LT_RAW_OPENBSD = 14,
	LT_RAW = 101,
	LT_LOOP = 108,
	LT_SLL = 113,
	LT_IPV4 = 228,
	LT_IPV6 = 229,
	LT_SLL2 = 276
};
enum { LOOP_HEADER = 4, SLL_HEADER = 16, SLL_PROTOCOL = 14, SLL2_HEADER = 20 };
enum { ETHERTYPE_NONE = 0, ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd };

static const struct {
	int number;
	const char *name;
} other_types[] = {
	{ 3, "AX.25" },
	{ 6, "Token Ring" },
	{ 7, "ARCNET" },
	{ 8, "SLIP" },
	{ 9, "PPP" },
	{ 10, "FDDI" },
	{ 50, "PPP in HDLC framing" },
	{ 51, "PPPoE" },
	{ 100, "ATM LLC" },
	{ 104, "Cisco HDLC" },
	{ 105, "IEEE 802.11" },
	{ 107, "Frame Relay" },
	{ 114, "LocalTalk" },
	{ 117, "OpenBSD pflog" },
	{ 119, "IEEE 802.11 with Prism header" },
	{ 122, "IP over Fibre Channel" },
	{ 123, "SunATM" },
	{ 127, "IEEE 802.11 with radiotap header" },
	{ 129, "Linux ARCNET" },
	{ 138, "IP over FireWire" },
	{ 143, "DOCSIS" },
	{ 147, "user-defined 0" },
	{ 148, "user-defined 1" },
	{ 149, "user-defined 2" },
	{ 163, "IEEE 802.11 with AVS header" },
	{ 166, "PPP of pppd" },
	{ 169, "GPRS LLC" },
	{ 177, "Linux LAPD" },
	{ 187, "Bluetooth HCI H4" },
	{ 189, "Linux USB" },
	{ 192, "PPI" },
	{ 195, "IEEE 802.15.4" },
	{ 201, "Bluetooth HCI H4 with pseudo-header" },
	{ 204, "PPP with direction" },
	{ 209, "I2C" },
	{ 220, "Linux USB, memory-mapped" },
	{ 227, "CAN" },
	{ 230, "IEEE 802.15.4 without FCS" },
	{ 231, "D-Bus" },
	{ 239, "NFLOG" },
	{ 247, "InfiniBand" },
	{ 248, "SCTP" },
	{ 249, "USBPcap" },
	{ 251, "Bluetooth LE" },
	{ 252, "Wireshark upper PDU" },
	{ 253, "Linux netlink" },
	{ 254, "Bluetooth Linux monitor" },
	{ 271, "VSOCK" },
	{ 272, "Nordic BLE" },
	{ 277, "Z-Wave" },
	{ 283, "IEEE 802.15.4 TAP" },
};

char *linktype_error(int linktype)
{
	const char *name = NULL;

	switch (linktype) {
	case LT_NULL:
	case LT_ETHERNET:
	case LT_RAW_BSD:
	case LT_RAW_OPENBSD:
	case LT_RAW:
	case LT_LOOP:
	case LT_SLL:
	case LT_IPV4:
	case LT_IPV6:
	case LT_SLL2:
		return NULL;
	default: /* a number from outside, not an enum */
		break;
	}
	for (size_t i = 0; i < sizeof(other_types) / sizeof(other_types[0]); i++)
		if (other_types[i].number == linktype)
			name = other_types[i].name;
	return xasprintf("link type %d%s%s%s is not supported; use Ethernet, raw IP, Linux cooked or BSD loopback", linktype,
			 name ? " (" : "", name ? name : "", name ? ")" : "");
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }

static uint32_t minus(uint32_t a, uint32_t b) { return a > b ? a - b : 0; }

/* The packet from `skip` on, as it lies there. */
static int as_is(const struct capture_packet *p, enum link link, uint32_t skip, struct frame *out)
{
	bool cut = p->captured < skip;

	out->link = link;
	out->data = cut ? p->data : p->data + skip;
	out->captured = minus(p->captured, skip);
	out->original = minus(p->original, skip);
	return 0;
}

/* `ethertype` in place of the first `skip` bytes. */
static int cooked(const struct capture_packet *p, uint16_t ethertype, uint32_t skip, struct frame *out)
{
	uint32_t payload;

	if (p->captured < skip)
		return as_is(p, LINK_COOKED, skip, out);
	payload = p->captured - skip;
	if ((size_t)payload + 2 > out->cap || !out->buf) {
		out->cap = payload < 2046 ? 2048 : (size_t)payload + 2;
		free(TAKE_PTR(out->buf));
		out->buf = (uint8_t *)xmalloc(out->cap);
	}
	out->buf[0] = (uint8_t)(ethertype >> 8);
	out->buf[1] = (uint8_t)ethertype;
	if (payload)
		memcpy(out->buf + 2, p->data + skip, payload);
	out->link = LINK_COOKED;
	out->data = out->buf;
	out->captured = payload + 2;
	out->original = minus(p->original, skip);
	out->original += out->original <= UINT32_MAX - 2 ? 2 : 0;
	return 0;
}

/*
 * BSD address families: IPv4 is 2 everywhere, IPv6 is 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS), 10
 * (Linux).
 */
static uint16_t family_ethertype(uint32_t family)
{
	if (family == 2)
		return ETHERTYPE_IPV4;
	if (family == 24 || family == 28 || family == 30 || family == 10)
		return ETHERTYPE_IPV6;
	return ETHERTYPE_NONE;
}

/* LINKTYPE_NULL has the family in the byte order of its writer, LINKTYPE_LOOP in network order. */
static int loopback(const struct capture_packet *p, struct frame *out)
{
	uint16_t ethertype = ETHERTYPE_NONE;

	if (p->captured >= LOOP_HEADER) {
		uint32_t family = be32(p->data);

		ethertype = family_ethertype(family);
		if (ethertype == ETHERTYPE_NONE && p->linktype == LT_NULL)
			ethertype = family_ethertype(__builtin_bswap32(family));
	}
	return cooked(p, ethertype, LOOP_HEADER, out);
}

/*
 * ARPHRD_ types whose cooked packets have no EtherType in the protocol field (LINKTYPE_LINUX_SLL's
 * description).
 */
static bool arphrd_has_ethertype(uint16_t arphrd)
{
	enum { FRAD = 770, IEEE80211 = 801, IEEE80211_PRISM = 802, IEEE80211_RADIOTAP = 803, NETLINK = 824 };

	return arphrd != FRAD && arphrd != IEEE80211 && arphrd != IEEE80211_PRISM && arphrd != IEEE80211_RADIOTAP &&
	       arphrd != NETLINK;
}

/* Linux cooked v1: 2 packet type, 2 ARPHRD, 2 address length, 8 address, 2 protocol. */
static int linux_cooked(const struct capture_packet *p, struct frame *out)
{
	if (p->captured < SLL_HEADER)
		return cooked(p, ETHERTYPE_NONE, SLL_HEADER, out);
	if (!arphrd_has_ethertype(be16(p->data + 2)))
		return cooked(p, ETHERTYPE_NONE, SLL_HEADER, out);
	return as_is(p, LINK_COOKED, SLL_PROTOCOL, out);
}

/*
 * Linux cooked v2: 2 protocol, 2 reserved, 4 interface, 2 ARPHRD, 1 packet type, 1 address length, 8 address.
 */
static int linux_cooked2(const struct capture_packet *p, struct frame *out)
{
	if (p->captured < SLL2_HEADER || !arphrd_has_ethertype(be16(p->data + 8)))
		return cooked(p, ETHERTYPE_NONE, SLL2_HEADER, out);
	return cooked(p, be16(p->data), SLL2_HEADER, out);
}

int link_frame(const struct capture_packet *p, struct frame *out)
{
	switch (p->linktype) {
	case LT_ETHERNET:
		return as_is(p, LINK_ETHER, 0, out);
	case LT_RAW:
	case LT_RAW_BSD:
	case LT_RAW_OPENBSD:
		return as_is(p, LINK_IP, 0, out);
	case LT_IPV4:
		return cooked(p, ETHERTYPE_IPV4, 0, out);
	case LT_IPV6:
		return cooked(p, ETHERTYPE_IPV6, 0, out);
	case LT_NULL:
	case LT_LOOP:
		return loopback(p, out);
	case LT_SLL:
		return linux_cooked(p, out);
	case LT_SLL2:
		return linux_cooked2(p, out);
	default: /* a number from outside, not an enum */
		return -EPROTONOSUPPORT;
	}
}

void frame_free(struct frame *f)
{
	free(f->buf);
	*f = (struct frame){ .data = NULL };
}
