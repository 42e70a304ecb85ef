/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libFuzzer on the IPFIX encoder, by a decoder that shares nothing with it: any records in any order in messages of any size, read
 * back whole. Each message is right by RFC 7011, has as many records as went in, and the counters, addresses and times of the flows.
 * The decoder itself takes the bytes of the input for a message too.
 *
 * Input: two bytes for the size of messages; then a record each: a byte that says what, and the bytes of what it is made of.
 */
#include <string.h>
#include "../ctl/ipfix.h"
#include "../ctl/util.h"
#include "fuzz.h"
#include "ipfix_decode.h"

enum { REVERSE = 29305, DOMAIN = 7, TIME = 1795665992, RECORDS_MAX = 256 };

struct session {
	struct ipfix_message m;
	struct decoder d;
	__u8 *buf;
	size_t max, flows; /* flows of the message at hand */
	struct flow_record flow[RECORDS_MAX];
};

/* The next n bytes, 0 behind the end. */
static void take(const uint8_t **data, size_t *size, void *out, size_t n)
{
	size_t there = *size < n ? *size : n;

	memset(out, 0, n);
	if (there)
		memcpy(out, *data, there);
	*data += there;
	*size -= there;
}

static void must_have(const struct decoded_record *r, uint32_t pen, uint16_t id, uint64_t want)
{
	MUST(decoded_number(r, pen, id) == want);
}

static void check_flow(const struct decoded_record *got, const struct flow_record *r)
{
	const struct flow *f = &r->flow;
	bool v6 = f->key.family == FAMILY_INET6, b = f->bits & FLOW_INITIATOR_B;
	const struct decoded_field *src = decoded_find(got, 0, v6 ? 27 : 8), *dst = decoded_find(got, 0, v6 ? 28 : 12);
	size_t skip = v6 ? 0 : 12;

	MUST(src && dst && src->length == 16 - skip && dst->length == 16 - skip);
	MUST(!memcmp(src->value, (b ? f->key.b : f->key.a).b + skip, src->length));
	MUST(!memcmp(dst->value, (b ? f->key.a : f->key.b).b + skip, dst->length));
	must_have(got, 0, 4, f->key.proto);
	must_have(got, 0, 1, f->bytes[0]);
	must_have(got, 0, 2, f->packets[0]);
	must_have(got, REVERSE, 1, f->bytes[1]);
	must_have(got, REVERSE, 2, f->packets[1]);
	must_have(got, 0, 153, r->last_ns / 1000000);
	must_have(got, 0, 58, f->key.vlan);
}

static bool is_flow(const struct decoded_record *r) { return r->template_id < IPFIX_TEMPLATE_FIRST + IPFIX_RULES; }

static void end_message(struct session *s)
{
	uint32_t before = s->d.records, records = s->m.records;
	size_t len = ipfix_end(&s->m, TIME, DOMAIN, before), flows = 0;
	bool whole = decode(&s->d, s->buf, len);

	MUST(whole && len <= s->max && s->d.domain == DOMAIN && s->d.time == TIME);
	MUST(s->d.n == records && s->d.records == before + records);
	for (size_t i = 0; i < s->d.n; i++)
		if (is_flow(&s->d.v[i])) {
			MUST(flows < s->flows);
			check_flow(&s->d.v[i], &s->flow[flows++]);
		}
	MUST(flows == s->flows);
	s->flows = 0;
	ipfix_begin(&s->m, s->buf, s->max);
}

static void random_flow(const uint8_t **data, size_t *size, struct flow_record *r)
{
	__u8 kind[4];

	take(data, size, kind, sizeof(kind));
	take(data, size, r, sizeof(*r));
	r->end = (enum end_reason)(kind[0] % END_REASON_COUNT);
	r->first_record = kind[1] & 1;
	r->over = kind[2] >> 5 & 1;
	r->flow.key.family = kind[1] >> 1 & 1;
	if (kind[1] & 4)
		r->flow.key.proto = kind[1] & 8 ? PROTO_ICMP : PROTO_ICMP6;
	for (int d = 0; d < DIRECTION_COUNT; d++) /* what the kernel puts there: a judgement, or none */
		r->flow.ruling[d].judged = kind[2] >> d & 1
						   ? judged_make((enum direction)d, (enum verdict)(kind[3] % VERDICT_COUNT),
								 (rule_id_t){ kind[3] }, kind[2] >> 4 & 1)
						   : (judged_t){ 0 };
}

/* One record into the message; where it does not fit, into the next, where it must. */
static void add_flow(struct session *s, const struct flow_record *r)
{
	if (s->flows == RECORDS_MAX || !ipfix_add_flow(&s->m, r)) {
		end_message(s);
		MUST(ipfix_add_flow(&s->m, r));
	}
	s->flow[s->flows++] = *r;
}

static void add_rule(struct session *s, const uint8_t **data, size_t *size)
{
	char label[64];
	__u32 rule;

	take(data, size, &rule, sizeof(rule));
	take(data, size, label, sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	if (!ipfix_add_rule(&s->m, rule / 3, rule, label)) {
		end_message(s);
		MUST(ipfix_add_rule(&s->m, rule / 3, rule, label));
	}
}

static void add_unsent(struct session *s, const uint8_t **data, size_t *size)
{
	struct export_tally t;

	take(data, size, &t, sizeof(t));
	if (!ipfix_add_unsent(&s->m, 1, &t)) {
		end_message(s);
		MUST(ipfix_add_unsent(&s->m, 1, &t));
	}
}

static void encode(struct session *s, const uint8_t *data, size_t size)
{
	while (size) {
		struct flow_record r;
		__u8 what;

		take(&data, &size, &what, 1);
		switch (what % 8) {
		case 0:
			add_rule(s, &data, &size);
			break;
		case 1:
			add_unsent(s, &data, &size);
			break;
		case 2:
			end_message(s);
			break;
		default:
			random_flow(&data, &size, &r);
			add_flow(s, &r);
			break;
		}
	}
	end_message(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder raw = { .ntemplates = 0 };
	static struct session s;
	uint16_t max;

	if (!decode(&raw, data, size))
		MUST(raw.why[0]);
	decoder_free(&raw);
	take(&data, &size, &max, sizeof(max));
	memset(&s, 0, sizeof(s));
	s.max = IPFIX_MIN + max % (IPFIX_MAX - IPFIX_MIN + 1);
	s.buf = (__u8 *)xmalloc(s.max);
	ipfix_begin(&s.m, s.buf, s.max);
	MUST(ipfix_add_templates(&s.m));
	encode(&s, data, size);
	decoder_free(&s.d);
	free(s.buf);
	return 0;
}
