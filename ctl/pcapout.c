/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include "pcapout.h"

enum { ETHER = 14, MACS = 12, TAG = 4, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_IP = 0x0800, ETHERTYPE_IP6 = 0x86dd };

/* The file's headers (draft-ietf-opsawg-pcap): in the byte order of who writes. */
struct pcap_file {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snap, link;
};
struct pcap_record {
	uint32_t seconds, ns, captured, original;
};
enum { PCAP_LINK_ETHERNET = 1 };

void pcap_begin(struct strbuf *out)
{
	const struct pcap_file head = {
		.magic = 0xa1b23c4d,
		.major = 2,
		.minor = 4,
		.snap = ETHER + TAG + SNAP_BYTES,
		.link = PCAP_LINK_ETHERNET,
	};

	strbuf_add_bytes(out, (const char *)&head, sizeof(head));
}

static size_t put16(uint8_t *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, sizeof(v));
	return sizeof(v);
}

/* The frame's bytes as on a wire that carries Ethernet; how many more than in the event. */
static size_t to_ethernet(const struct packet_event *e, uint8_t *out)
{
	size_t n = 0, have = e->captured < SNAP_BYTES ? e->captured : SNAP_BYTES, taken = 0;

	if (e->link != LINK_ETHER) {
		memset(out, 0, MACS);
		n = MACS + put16(out + MACS, have && e->data[0] >> 4 == 6 ? ETHERTYPE_IP6 : ETHERTYPE_IP);
	} else if (e->vlan_present && have >= MACS) {
		memcpy(out, e->data, MACS);
		n = MACS + put16(out + MACS, ETHERTYPE_VLAN);
		n += put16(out + n, e->vlan_tci);
		taken = MACS;
	}
	memcpy(out + n, e->data + taken, have - taken);
	return n - taken;
}

void pcap_packet(struct strbuf *out, const struct packet_event *e, uint64_t time_ns)
{
	uint8_t frame[ETHER + TAG + SNAP_BYTES];
	uint32_t more = (uint32_t)to_ethernet(e, frame);
	const struct pcap_record r = {
		.seconds = (uint32_t)(time_ns / 1000000000),
		.ns = (uint32_t)(time_ns % 1000000000),
		.captured = more + e->captured,
		.original = more + e->length,
	};

	strbuf_add_bytes(out, (const char *)&r, sizeof(r));
	strbuf_add_bytes(out, (const char *)frame, r.captured);
}
