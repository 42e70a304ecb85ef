/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <string.h>
#include "ipfix.h"

enum { VERSION = 10, HEADER_BYTES = 16, SET_HEADER_BYTES = 4, SET_TEMPLATE = 2, SET_OPTIONS = 3, VARIABLE = 65535 };
enum { REVERSE_PEN = 29305, ENTERPRISE_BIT = 0x8000 }; /* RFC 5103 */

/*
 * Information elements (IANA's registry "IPFIX Information Elements"): name, number, enterprise (0: IANA's own), bytes. Where bytes are
 * fewer than the registry's type has, that is reduced-size encoding (RFC 7011, 6.2).
 */
#define IPFIX_FIELDS(X)                                                                        \
	X(SOURCE_IPV4, 8, 0, 4)        /* sourceIPv4Address */                                 \
	X(DESTINATION_IPV4, 12, 0, 4)  /* destinationIPv4Address */                            \
	X(SOURCE_IPV6, 27, 0, 16)      /* sourceIPv6Address */                                 \
	X(DESTINATION_IPV6, 28, 0, 16) /* destinationIPv6Address */                            \
	X(SOURCE_PORT, 7, 0, 2)        /* sourceTransportPort */                               \
	X(DESTINATION_PORT, 11, 0, 2)  /* destinationTransportPort */                          \
	X(ICMP_TYPE_CODE, 32, 0, 2)    /* icmpTypeCodeIPv4 */                                  \
	X(ICMP6_TYPE_CODE, 139, 0, 2)  /* icmpTypeCodeIPv6 */                                  \
	X(PROTOCOL, 4, 0, 1)           /* protocolIdentifier */                                \
	X(OCTETS, 1, 0, 8)             /* octetDeltaCount */                                   \
	X(PACKETS, 2, 0, 8)            /* packetDeltaCount */                                  \
	X(TCP_FLAGS, 6, 0, 2)          /* tcpControlBits */                                    \
	X(REVERSE_OCTETS, 1, REVERSE_PEN, 8)                                                   \
	X(REVERSE_PACKETS, 2, REVERSE_PEN, 8)                                                  \
	X(REVERSE_TCP_FLAGS, 6, REVERSE_PEN, 2)                                                \
	X(START, 152, 0, 8)            /* flowStartMilliseconds */                             \
	X(END, 153, 0, 8)              /* flowEndMilliseconds */                               \
	X(END_REASON, 136, 0, 1)       /* flowEndReason */                                     \
	X(BIFLOW_DIRECTION, 239, 0, 1) /* biflowDirection: forward is from the initiator */    \
	X(VLAN, 58, 0, 2)              /* vlanId */                                            \
	X(INNER_VLAN, 245, 0, 2)       /* dot1qCustomerVlanId */                               \
	X(INGRESS, 10, 0, 4)           /* ingressInterface */                                  \
	X(EGRESS, 14, 0, 4)            /* egressInterface */                                   \
	X(DIRECTION, 61, 0, 1)         /* flowDirection */                                     \
	X(FIREWALL_EVENT, 233, 0, 1)   /* firewallEvent */                                     \
	X(FORWARDING_STATUS, 89, 0, 1) /* forwardingStatus (RFC 7270) */                       \
	X(RULE, 302, 0, 8)             /* selectorId: the rule as what selected the packets */ \
	X(RULESET, 301, 0, 8)          /* selectionSequenceId: the rules that it is one of */  \
	X(RULE_NAME, 335, 0, VARIABLE) /* selectorName: its label */                           \
	X(PROCESS, 144, 0, 4)          /* exportingProcessId */                                \
	X(UNSENT_FLOWS, 166, 0, 8)     /* notSentFlowTotalCount */                             \
	X(UNSENT_PACKETS, 167, 0, 8)   /* notSentPacketTotalCount */                           \
	X(UNSENT_OCTETS, 168, 0, 8)    /* notSentOctetTotalCount */
#define FIELD_ID(name, number, pen, bytes)   FIELD_##name,
#define FIELD_SPEC(name, number, pen, bytes) { number, pen, bytes },
enum field { IPFIX_FIELDS(FIELD_ID) FIELD_NONE };
static const struct {
	__u16 number;
	__u32 pen;
	__u16 bytes;
} specs[] = { IPFIX_FIELDS(FIELD_SPEC) };

/* What all flow records have behind addresses and ports. */
#define FLOW_REST                                                                                                              \
	FIELD_PROTOCOL, FIELD_OCTETS, FIELD_PACKETS, FIELD_TCP_FLAGS, FIELD_REVERSE_OCTETS, FIELD_REVERSE_PACKETS,             \
		FIELD_REVERSE_TCP_FLAGS, FIELD_START, FIELD_END, FIELD_END_REASON, FIELD_BIFLOW_DIRECTION, FIELD_VLAN,         \
		FIELD_INNER_VLAN, FIELD_INGRESS, FIELD_EGRESS, FIELD_DIRECTION, FIELD_FIREWALL_EVENT, FIELD_FORWARDING_STATUS, \
		FIELD_RULE, FIELD_RULESET, FIELD_NONE
static const enum field ipv4_fields[] = { FIELD_SOURCE_IPV4, FIELD_DESTINATION_IPV4, FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT,
					  FLOW_REST };
static const enum field ipv6_fields[] = { FIELD_SOURCE_IPV6, FIELD_DESTINATION_IPV6, FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT,
					  FLOW_REST };
static const enum field icmp_fields[] = { FIELD_SOURCE_IPV4, FIELD_DESTINATION_IPV4, FIELD_ICMP_TYPE_CODE, FLOW_REST };
static const enum field icmp6_fields[] = { FIELD_SOURCE_IPV6, FIELD_DESTINATION_IPV6, FIELD_ICMP6_TYPE_CODE, FLOW_REST };
static const enum field rules_fields[] = { FIELD_RULESET, FIELD_RULE, FIELD_RULE_NAME, FIELD_NONE };
static const enum field unsent_fields[] = { FIELD_PROCESS, FIELD_UNSENT_FLOWS, FIELD_UNSENT_PACKETS, FIELD_UNSENT_OCTETS,
					    FIELD_NONE };

/* Templates with a scope are options templates: so many of the first fields are the scope. */
static const struct {
	const enum field *fields;
	unsigned int scopes;
} templates[IPFIX_TEMPLATE_COUNT] = {
	[IPFIX_IPV4] = { ipv4_fields, 0 },   [IPFIX_IPV6] = { ipv6_fields, 0 },   [IPFIX_ICMP] = { icmp_fields, 0 },
	[IPFIX_ICMP6] = { icmp6_fields, 0 }, [IPFIX_RULES] = { rules_fields, 2 }, [IPFIX_UNSENT] = { unsent_fields, 1 },
};

/* --- bytes ---------------------------------------------------------------------------------------- */

static void put(struct ipfix_message *m, __u64 v, unsigned int bytes)
{
	for (unsigned int i = bytes; i-- > 0; v >>= 8)
		m->buf[m->len + i] = (__u8)v;
	m->len += bytes;
}

static void put_bytes(struct ipfix_message *m, const void *p, size_t n)
{
	memcpy(m->buf + m->len, p, n);
	m->len += n;
}

static void put_at(struct ipfix_message *m, size_t at, __u64 v, unsigned int bytes)
{
	size_t len = m->len;

	m->len = at;
	put(m, v, bytes);
	m->len = len;
}

static void close_set(struct ipfix_message *m)
{
	if (m->set)
		put_at(m, m->set + 2, m->len - m->set, 2);
	m->set = 0;
}

/* Room for `bytes` in a set of this id, which is opened where it is not the one at hand. */
static bool open_set(struct ipfix_message *m, __u16 id, size_t bytes)
{
	bool same = m->set && m->buf[m->set] == id >> 8 && m->buf[m->set + 1] == (id & 0xff);

	if (m->len + bytes + (same ? 0 : SET_HEADER_BYTES) > m->max)
		return false;
	if (same)
		return true;
	close_set(m);
	m->set = m->len;
	put(m, id, 2);
	put(m, 0, 2);
	return true;
}

/* --- templates ------------------------------------------------------------------------------------ */

static size_t field_count(enum ipfix_template t)
{
	size_t n = 0;

	while (templates[t].fields[n] != FIELD_NONE)
		n++;
	return n;
}

static size_t template_bytes(enum ipfix_template t)
{
	size_t n = templates[t].scopes ? 6 : 4;

	for (const enum field *f = templates[t].fields; *f != FIELD_NONE; f++)
		n += specs[*f].pen ? 8 : 4;
	return n;
}

static bool add_template(struct ipfix_message *m, enum ipfix_template t)
{
	if (!open_set(m, templates[t].scopes ? SET_OPTIONS : SET_TEMPLATE, template_bytes(t)))
		return false;
	put(m, IPFIX_TEMPLATE_FIRST + t, 2);
	put(m, field_count(t), 2);
	if (templates[t].scopes)
		put(m, templates[t].scopes, 2);
	for (const enum field *f = templates[t].fields; *f != FIELD_NONE; f++) {
		put(m, specs[*f].number | (specs[*f].pen ? ENTERPRISE_BIT : 0), 2);
		put(m, specs[*f].bytes, 2);
		if (specs[*f].pen)
			put(m, specs[*f].pen, 4);
	}
	return true;
}

bool ipfix_add_templates(struct ipfix_message *m)
{
	for (int t = 0; t < IPFIX_TEMPLATE_COUNT; t++)
		if (!add_template(m, (enum ipfix_template)t))
			return false;
	return true;
}

/* --- values --------------------------------------------------------------------------------------- */

/* What a data record says, by field. */
struct values {
	const struct flow_record *record;
	struct flow_ends ends;
	struct flow_ruling ruling;
	__u32 rule, ruleset, process;
	const char *name;
	const struct export_tally *unsent;
};
/* What a template does not have is there too, as nothing: no field of it can go astray. */
static const struct flow_record no_record = { .first_record = false };
static const struct export_tally none_unsent = { 0 };

/* RFC 5102, flowEndReason. */
static __u8 end_reason_code(enum end_reason e)
{
	switch (e) {
	case END_IDLE:
		return 1;
	case END_ACTIVE:
		return 2;
	case END_CLOSED:
		return 3;
	case END_SHUTDOWN:
		return 4;
	case END_EVICTED:
		break;
	}
	return 5; /* lack of resources */
}

/* IANA, firewallEvent: 1 flow created, 2 deleted, 3 denied, 5 update. An idle flow whose entry lives on may have more packets. */
static __u8 firewall_event(const struct values *v)
{
	if (v->ruling.verdict != VERDICT_PASS)
		return 3;
	switch (v->record->end) {
	case END_CLOSED:
	case END_EVICTED:
		return 2;
	case END_IDLE:
		if (v->record->over)
			return 2;
		break;
	case END_ACTIVE:
	case END_SHUTDOWN:
		break;
	}
	return v->record->first_record ? 1 : 5;
}

/* RFC 7270, 4.12: the two high bits are the status, the others a reason. */
static __u8 forwarding_status(const struct values *v)
{
	enum { FORWARDED = 1 << 6, DROPPED_BY_ACL = 2 << 6 | 1 };

	return v->ruling.verdict == VERDICT_PASS ? FORWARDED : DROPPED_BY_ACL;
}

static __u64 milliseconds(__u64 ns) { return ns / 1000000; }

static void put_name(struct ipfix_message *m, const char *s)
{
	size_t n = strlen(s);

	put(m, n, 1); /* under 255: RFC 7011, 7; labels are */
	put_bytes(m, s, n);
}

static void put_field(struct ipfix_message *m, enum field f, const struct values *v)
{
	const struct flow_record *r = v->record;
	const struct flow *flow = &r->flow;
	unsigned int n = specs[f].bytes;

	switch (f) {
	case FIELD_SOURCE_IPV4:
		return put_bytes(m, &v->ends.src.b[12], n);
	case FIELD_DESTINATION_IPV4:
		return put_bytes(m, &v->ends.dst.b[12], n);
	case FIELD_SOURCE_IPV6:
		return put_bytes(m, v->ends.src.b, n);
	case FIELD_DESTINATION_IPV6:
		return put_bytes(m, v->ends.dst.b, n);
	case FIELD_SOURCE_PORT:
		return put_bytes(m, &v->ends.sport, n);
	case FIELD_DESTINATION_PORT:
		return put_bytes(m, &v->ends.dport, n);
	case FIELD_ICMP_TYPE_CODE:
	case FIELD_ICMP6_TYPE_CODE:
		return put(m, flow->key.aport.raw, n); /* type << 8 | code, host order (struct flow_key) */
	case FIELD_PROTOCOL:
		return put(m, flow->key.proto, n);
	case FIELD_OCTETS:
		return put(m, flow->bytes[0], n);
	case FIELD_PACKETS:
		return put(m, flow->packets[0], n);
	case FIELD_TCP_FLAGS:
		return put(m, flow->tcp_flags[0], n);
	case FIELD_REVERSE_OCTETS:
		return put(m, flow->bytes[1], n);
	case FIELD_REVERSE_PACKETS:
		return put(m, flow->packets[1], n);
	case FIELD_REVERSE_TCP_FLAGS:
		return put(m, flow->tcp_flags[1], n);
	case FIELD_START:
		return put(m, milliseconds(r->since_ns), n);
	case FIELD_END:
		return put(m, milliseconds(r->last_ns), n);
	case FIELD_END_REASON:
		return put(m, end_reason_code(r->end), n);
	case FIELD_BIFLOW_DIRECTION:
		return put(m, 1, n); /* RFC 5103, 6.3: the source is the initiator */
	case FIELD_VLAN:
		return put(m, flow->key.vlan, n);
	case FIELD_INNER_VLAN:
		return put(m, flow->key.inner_vlan, n);
	case FIELD_INGRESS:
		return put(m, r->ifindex[DIRECTION_IN], n);
	case FIELD_EGRESS:
		return put(m, r->ifindex[DIRECTION_OUT], n);
	case FIELD_DIRECTION:
		return put(m, v->ruling.direction == DIRECTION_OUT, n); /* 0 ingress, 1 egress */
	case FIELD_FIREWALL_EVENT:
		return put(m, firewall_event(v), n);
	case FIELD_FORWARDING_STATUS:
		return put(m, forwarding_status(v), n);
	case FIELD_RULE:
		return put(m, v->rule, n);
	case FIELD_RULESET:
		return put(m, v->ruleset, n);
	case FIELD_RULE_NAME:
		return put_name(m, v->name);
	case FIELD_PROCESS:
		return put(m, v->process, n);
	case FIELD_UNSENT_FLOWS:
		return put(m, v->unsent->records, n);
	case FIELD_UNSENT_PACKETS:
		return put(m, v->unsent->packets, n);
	case FIELD_UNSENT_OCTETS:
		return put(m, v->unsent->bytes, n);
	case FIELD_NONE:
		break;
	}
}

static size_t record_bytes(enum ipfix_template t, const struct values *v)
{
	size_t n = 0;

	for (const enum field *f = templates[t].fields; *f != FIELD_NONE; f++)
		n += specs[*f].bytes == VARIABLE ? 1 + strlen(v->name) : specs[*f].bytes;
	return n;
}

static bool add_record(struct ipfix_message *m, enum ipfix_template t, const struct values *v)
{
	if (!open_set(m, (__u16)(IPFIX_TEMPLATE_FIRST + t), record_bytes(t, v)))
		return false;
	for (const enum field *f = templates[t].fields; *f != FIELD_NONE; f++)
		put_field(m, *f, v);
	m->records++;
	return true;
}

/* --- messages ------------------------------------------------------------------------------------- */

void ipfix_begin(struct ipfix_message *m, __u8 *buf, size_t max)
{
	*m = (struct ipfix_message){ .buf = buf, .max = max, .len = HEADER_BYTES };
}

bool ipfix_add_flow(struct ipfix_message *m, const struct flow_record *r)
{
	struct values v = { .record = r, .ruling = flow_ruling_of(&r->flow), .name = "", .unsent = &none_unsent };
	bool v6 = r->flow.key.family == FAMILY_INET6;

	v.rule = v.ruling.rule;
	v.ruleset = r->ruleset;
	flow_ends_of(&r->flow, &v.ends);
	/* Each kind of ICMP in the element of its own; IPv4 may carry ICMPv6 in name, and the other way round. */
	if (r->flow.key.proto == PROTO_ICMP && !v6)
		return add_record(m, IPFIX_ICMP, &v);
	if (r->flow.key.proto == PROTO_ICMP6 && v6)
		return add_record(m, IPFIX_ICMP6, &v);
	return add_record(m, v6 ? IPFIX_IPV6 : IPFIX_IPV4, &v);
}

bool ipfix_add_rule(struct ipfix_message *m, __u32 ruleset, __u32 rule, const char *label)
{
	const struct values v = { .record = &no_record, .rule = rule, .ruleset = ruleset, .name = label, .unsent = &none_unsent };

	return add_record(m, IPFIX_RULES, &v);
}

bool ipfix_add_unsent(struct ipfix_message *m, __u32 process, const struct export_tally *unsent)
{
	const struct values v = { .record = &no_record, .process = process, .name = "", .unsent = unsent };

	return add_record(m, IPFIX_UNSENT, &v);
}

size_t ipfix_end(struct ipfix_message *m, __u32 time_s, __u32 domain, __u32 sequence)
{
	close_set(m);
	put_at(m, 0, VERSION, 2);
	put_at(m, 2, m->len, 2);
	put_at(m, 4, time_s, 4);
	put_at(m, 8, sequence, 4);
	put_at(m, 12, domain, 4);
	return m->len;
}
