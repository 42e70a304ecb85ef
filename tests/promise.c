/* SPDX-License-Identifier: GPL-2.0 */
#include <stddef.h>
#include "promise.h"

const char *broken_promise(const struct packet *p, __u32 segments)
{
	if (p->status >= STATUS_COUNT || p->fragment >= FRAGMENT_COUNT || p->family >= FAMILY_COUNT)
		return "an enum out of range";
	if (p->nd > 1 || p->segments != (segments ? segments : 1))
		return "a byte that is not defined";
	if (p->has & ~(HAS_PORTS | HAS_ICMP | HAS_FLAGS | HAS_MAC))
		return "has";
	if (p->vlan > 4095 || p->inner_vlan > 4095 || p->dscp > 63)
		return "a field over its width";
	if (!(p->has & HAS_PORTS) && (p->sport.raw || p->dport.raw))
		return "ports of a packet without";
	if (!(p->has & HAS_FLAGS) && (p->tcp_flags || p->tcp_seq || p->tcp_ack || (!p->fragment && p->payload)))
		return "TCP fields of a packet without";
	if (!(p->has & HAS_ICMP) && (p->icmp_type || p->icmp_code || p->icmp_id))
		return "ICMP fields of a packet without";
	if (p->fragment == FRAGMENT_LATER && p->has & ~HAS_MAC)
		return "a later fragment with a transport header";
	if (p->fragment == FRAGMENT_NONE && (p->fragment_id || p->fragment_proto || p->fragment_offset))
		return "an identification of a whole packet";
	if (p->nd && p->status != STATUS_OK && p->status != STATUS_NONIP)
		return "neighbour discovery that is not whole";
	if (p->status == STATUS_OK && !segments && p->length != p->bytes)
		return "length";
	return NULL;
}
