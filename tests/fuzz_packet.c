/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libFuzzer on the packet parser and the classifier. Five bytes say what is known beside the bytes, the rest is the frame, at
 * the very end of its memory. The result keeps its promises; the parser of usual packets agrees; for a packet that the rules
 * are asked about, the compiled tables and the scan of the rules do.
 */
#include <string.h>
#include "../ctl/parse.h"
#include "../ctl/util.h"
#include "../shared/parse_usual.h"
#include "fuzz.h"
#include "native_rules.h"
#include "promise.h"

enum { HEAD = 5, ALIGN = 2 /* NET_IP_ALIGN: of the IP header, a multiple of 4 */ };

static const char text[] = "default nd rules\n"
			   "set nets { type net; 10.0.0.0/8, 192.168.0.0/16, 2001:db8::/32, fe80::/10 }\n"
			   "drop in from @nets ttl 1-5\n"
			   "pass in on eth0 proto tcp from 10.0.0.0/8 to any port { 22 80 443 1024-2048 } flags S/SA\n"
			   "pass in proto udp to port { 53 67-68 } length 0-512\n"
			   "drop in proto tcp flags SF/SF\n"
			   "drop in frag\n"
			   "pass in icmp-type { echo-request echo-reply nd-neighbor-solicit }\n"
			   "pass in proto icmp icmp-type 3 code 4\n"
			   "pass in vlan 1-100 inner-vlan 0 dscp { ef cs1 }\n"
			   "drop in mac-from { 00:00:00:00:00:00 ff:ff:ff:ff:ff:ff }\n"
			   "pass in inet6 proto ! { tcp udp }\n"
			   "drop out proto { sctp dccp udplite } from port 1-1023\n"
			   "pass out to { 127.0.0.0/8 ::1 ff00::/8 224.0.0.0/4 }\n";

static struct ruleset rs;
static struct native_rules rules;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct diag d = { .io_error = 0 };
	char *err = NULL;

	(void)argc;
	(void)argv;
	MUST(!ruleset_parse("rules", text, strlen(text), &rs, &d));
	MUST(!native_rules_open(&rules, &rs, &err));
	return 0;
}

static struct frame_info describe(const uint8_t head[HEAD], size_t size)
{
	bool gso = head[0] & 8;
	struct frame_info f = { .link = head[0] % LINK_COUNT, .wire_length = (__u32)size };

	if (head[0] & 16)
		f.wire_length = WIRE_LENGTH_UNKNOWN;
	else if (head[0] & 32)
		f.wire_length += head[1];
	f.vlan_present = head[0] >> 6 & 1;
	f.vlan_tci = f.vlan_present ? (__u16)(head[1] << 8 | head[2]) : 0;
	f.gso_segments = gso ? head[3] : 0;
	f.gso_size = gso ? head[4] * 16u : 0;
	if (f.gso_size && f.wire_length == WIRE_LENGTH_UNKNOWN) /* the kernel knows how long its buffers are */
		f.wire_length = 100000;
	return f;
}

static void check_usual(struct cursor c, const struct frame_info *f, const struct packet *want)
{
	struct packet p;
	int family = family_usual(c, f);

	if (family == FAMILY_COUNT || !packet_parse_usual(&c, f, (enum family)family, &p))
		return;
	MUST(!memcmp(&p, want, sizeof(p)) && p.status == STATUS_OK);
}

/* Of how many packets the buffer is to be, as broken_promise() takes it; where nobody has counted them, what the parser made of it. */
static __u32 gso_segments(const struct frame_info *f, const struct packet *p)
{
	if (!f->gso_size)
		return 0;
	return f->gso_segments ? f->gso_segments : p->segments;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *memory = NULL;
	struct frame_info f;
	struct cursor c;
	struct packet p;

	if (size < HEAD)
		return 0;
	size -= HEAD;
	f = describe(data, size);
	memory = (uint8_t *)xmalloc(size + ALIGN);
	memcpy(memory + ALIGN, data + HEAD, size);
	c = (struct cursor){ .start = memory + ALIGN, .end = memory + ALIGN + size, .limit = ~0u };
	packet_parse(&(struct cursor){ c.start, c.end, 0, c.limit }, &f, &p);
	MUST(!broken_promise(&p, gso_segments(&f, &p)));
	check_usual(c, &f, &p);
	for (int d = 0; p.status == STATUS_OK && d < DIRECTION_COUNT; d++) {
		rule_id_t rule, scanned;

		MUST(native_rules_agree(&rules, &p, (enum direction)d, data[0] & 128 ? "eth0" : NULL, &rule, &scanned));
	}
	return 0;
}
