/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as bytes, for tests: from a line of text, or from a parsed packet. A packet is whole and consistent unless the
 * description says otherwise.
 *
 * Text: PROTO SRC > DST [word...], e.g. `tcp 10.0.0.1:1000 > 10.0.0.2:80 SA payload 5 vlan 7`.
 *   PROTO     tcp udp udplite sctp dccp icmp (of the addresses' family), ping, pong (echo request and reply), a number,
 *             or `arp`, `ethertype N` (no addresses, nothing behind)
 *   SRC, DST  1.2.3.4, 1.2.3.4:80, 2001:db8::1, [2001:db8::1]:80
 *   words     flags of TCP (letters of FSRPAUEW, `-` for none, which is what is taken when none are given)
 *             type N, code N, id N (ICMP identifier), seq N, ack N, payload N (bytes behind the transport header)
 *             ttl N, dscp N, options N (bytes of IPv4 options), tcpopts N (bytes of TCP options)
 *             ext LETTERS (IPv6 extension headers: h hop-by-hop, r routing, d destination, a AH, f fragment)
 *             frag OFFSET[+] (units of 8 bytes; + more to come), fragid N
 *             vlan N (802.1Q tag), qinq N (802.1ad tag), outer one first; mac SRC DST (last bytes of the addresses)
 *             quote PACKET (of an ICMP error, to the end of the line: what it quotes; `cut N` in there: N bytes of it)
 *   faults    version N, ihl N, total N (IPv4 total length, IPv6 payload length), offset N (TCP), udplen N
 *   capture   link ether|ip|cooked, cut N (the frame is N bytes long), snap N (N bytes of it were captured)
 */
#ifndef FW_TESTS_BUILD_PACKET_H
#define FW_TESTS_BUILD_PACKET_H

#include "../ctl/linktype.h"
#include "../shared/packet.h"

enum { BUILT_MAX = 4096, SPEC_TAGS = 4, SPEC_EXTHDRS = 12, SPEC_AUTO = -1, QUOTE_MAX = 256 };

/* What a packet is to be; numbers in host order. Fields of type int: SPEC_AUTO for what is right. */
struct spec {
	enum link link;
	struct mac mac_src, mac_dst;
	uint16_t tag[SPEC_TAGS], tag_type[SPEC_TAGS];
	unsigned int tags;
	int ethertype; /* given: nothing of IP is there */
	enum family family;
	addr_t src, dst;
	uint8_t proto, ttl, dscp, flags, icmp_type, icmp_code;
	uint16_t sport, dport, icmp_id;
	uint32_t seq, ack, payload, options, tcp_options;
	char ext[SPEC_EXTHDRS + 1];
	bool fragment, more;
	uint16_t offset; /* units of 8 bytes */
	uint32_t fragment_id;
	int version, ihl, total, tcp_offset, udp_length;
	int cut, snap;
	uint32_t quote_bytes; /* behind the transport header, ahead of the payload */
	uint8_t quote[QUOTE_MAX];
};

/* The frame points into the same struct. */
struct built {
	uint8_t b[BUILT_MAX];
	struct frame frame;
};

void spec_init(struct spec *s);
/* False where the text is wrong; *at is then the word. */
bool spec_read(const char *text, struct spec *s, char at[64]);
/* One that parses to the fields of *p that a packet can have: what transport it has, lengths not under its headers'. */
void spec_of_packet(const struct packet *p, struct spec *s);
/* A frame longer than BUILT_MAX is captured up to there. */
void spec_build(const struct spec *s, struct built *out);

/* Both at once; ends the program with a message where the text is wrong. */
void build_packet(const char *text, struct built *out);

/* What the programs make of the frame, natively: `shift` bytes behind an aligned address. */
void parse_natively(const struct frame *f, uint32_t shift, struct packet *out);
/* And of what it quotes: zeros where it is no ICMP error, or quotes too little to tell the flow. */
void parse_quote_natively(const struct frame *f, uint32_t shift, struct packet *out);

/* Makes `quoted` what *s quotes, as much of it as there is room for. */
void spec_quote(struct spec *s, const struct spec *quoted);

/* The number in a field of the packet by its name in struct packet; wire order turned round. -1: no such field. */
int64_t packet_field(const struct packet *p, const char *name);

#endif
