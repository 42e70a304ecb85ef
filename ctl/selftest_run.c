/* SPDX-License-Identifier: GPL-2.0 */
/* Packets as bytes, through the programs of the long way. */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "../shared/parse.h"
#include "selftest_impl.h"

enum { RUNS = 24, FRAME_LEAST = 64, FRAME_MOST = 14 + 1500 };

struct bytes {
	uint8_t b[FRAME_MOST];
	uint32_t n;
};

static void put16(uint8_t *to, uint32_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

static uint8_t *put_inet(uint8_t *b, const struct packet *p)
{
	b[0] = 0x45;
	b[1] = (uint8_t)(p->dscp << 2);
	put16(b + 2, p->length);
	if (p->fragment != FRAGMENT_NONE)
		put16(b + 6, p->fragment == FRAGMENT_FIRST ? 0x2000 : 185);
	b[8] = p->ttl;
	b[9] = p->proto;
	memcpy(b + 12, &p->src.b[12], 4);
	memcpy(b + 16, &p->dst.b[12], 4);
	return b + 20;
}

static uint8_t *put_inet6(uint8_t *b, const struct packet *p)
{
	b[0] = (uint8_t)(0x60 | p->dscp >> 2);
	b[1] = (uint8_t)(p->dscp << 6);
	put16(b + 4, p->length - 40);
	b[6] = p->proto;
	b[7] = p->ttl;
	memcpy(b + 8, &p->src, 16);
	memcpy(b + 24, &p->dst, 16);
	return b + 40;
}

static void put_transport(uint8_t *b, const struct packet *p, uint32_t bytes)
{
	if (p->has & HAS_PORTS) {
		memcpy(b, &p->sport, 2);
		memcpy(b + 2, &p->dport, 2);
	}
	if (p->has & HAS_ICMP) {
		b[0] = p->icmp_type;
		b[1] = p->icmp_code;
	}
	if (p->has & HAS_FLAGS) {
		b[12] = 0x50;
		b[13] = p->tcp_flags;
	}
	if (p->proto == PROTO_UDP && p->has & HAS_PORTS)
		put16(b + 4, bytes);
}

/* The packet as a frame. False where it is of a kind that is not written here: with tags, a fragment of IPv6, long. */
static bool put_frame(const struct packet *p, struct bytes *out)
{
	bool inet = p->family == FAMILY_INET;
	uint8_t *b = out->b;

	if (p->vlan || p->inner_vlan || p->length > FRAME_MOST - 14 ||
	    (!inet && (p->fragment != FRAGMENT_NONE || is_extension_header(p->proto))))
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(b, &p->mac_dst, 6);
	memcpy(b + 6, &p->mac_src, 6);
	put16(b + 12, inet ? 0x0800 : 0x86dd);
	b = inet ? put_inet(b + 14, p) : put_inet6(b + 14, p);
	put_transport(b, p, p->length - (inet ? 20 : 40));
	out->n = 14 + p->length < FRAME_LEAST ? FRAME_LEAST : 14 + p->length;
	return true;
}

/* What the rules are never asked about: `how` of them. False where there are no more. */
static bool put_odd(unsigned int how, struct bytes *out)
{
	struct probe p;

	probe_init(&p, FAMILY_INET);
	probe_settle(&p);
	(void)put_frame(&p.packet, out);
	switch (how) {
	case 0:
		out->b[14] = 0x44; /* a header that is shorter than a header */
		return true;
	case 1:
		put16(out->b + 16, 1000); /* an end that is not there */
		return true;
	case 2:
		put16(out->b + 12, 0x88cc); /* LLDP */
		return true;
	default:
		return false;
	}
}

/* As answer() in shared/hook.h puts it. */
static uint32_t expected_odd(const struct ruleset *rs, const struct packet *p, enum direction d)
{
	const struct defaults *def = &rs->defaults;
	enum verdict malformed = def->malformed_given ? def->malformed : def->verdict[d];

	if (p->nd && !def->nd_by_rules)
		return REASON_ND << 8 | VERDICT_PASS;
	switch ((enum status)p->status) {
	case STATUS_OK:
		break;
	case STATUS_NONIP:
		return (uint32_t)REASON_NONIP << 8 | def->nonip;
	case STATUS_MALFORMED:
		return (uint32_t)REASON_MALFORMED << 8 | malformed;
	case STATUS_TRUNCATED:
		return (uint32_t)REASON_TRUNCATED << 8 | malformed;
	case STATUS_TOO_DEEP:
		return (uint32_t)REASON_TOO_DEEP << 8 | malformed;
	}
	return 0;
}

/* The programs find in their working memory what is asked: written where it is another thing, since there is one for each possible CPU. */
static int tell(struct tester *x, fw_scratch_t scratch)
{
	_cleanup_free_ struct scratch *s = (struct scratch *)xcalloc(1, sizeof(*s));
	int rc;

	s->handover = (struct handover){ .iface = { .id = selftest_iface(x) },
					 .direction = (__u8)x->at->probe.direction,
					 .asked = 1 };
	if (!memcmp(&x->told, &s->handover, sizeof(x->told)))
		return 0;
	rc = fw_scratch_put(scratch, s);
	if (!rc)
		x->told = s->handover;
	return rc;
}

/* Runs the frame and compares. The packet of x->at is as the parser of ctl/ reads the frame. */
static int run(struct tester *x, int prog, fw_scratch_t scratch, const struct bytes *frame, char **err)
{
	const struct probe *p = &x->at->probe;
	uint32_t odd = expected_odd(x->rs, &p->packet, p->direction);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->b, .data_size_in = frame->n, .repeat = 1);
	int rc = tell(x, scratch);

	if (rc || bpf_prog_test_run_opts(prog, &opts))
		return FAIL(err, rc ? rc : -errno, "self-test of the new rules: %s", strerror(rc ? -rc : errno));
	if (odd && opts.retval != odd)
		return selftest_fault(x, "judge it by another default", err);
	if (!odd && !judged_given((judged_t){ opts.retval }))
		return selftest_fault(x, "do not ask the rules", err);
	return odd ? 0 : selftest_said(x, (judged_t){ opts.retval }, err);
}

static int run_all(struct tester *x, const struct loaded *l, const struct selftest_packet *from, const struct bytes *frame,
		   char **err)
{
	const struct frame_info info = { .wire_length = frame->n, .link = LINK_ETHER };
	struct cursor c = { .start = frame->b, .end = frame->b + frame->n, .limit = frame->n };
	struct selftest_packet read = *from;
	int rc = 0;

	packet_parse(&c, &info, &read.probe.packet);
	/* cppcheck-suppress autoVariables; it is taken back below */
	x->at = &read;
	if (read.probe.direction == DIRECTION_IN && l->xdp_long >= 0)
		rc = run(x, l->xdp_long, l->maps.fw_scratch, frame, err);
	if (!rc && l->tc_long >= 0 && (read.probe.direction == DIRECTION_OUT || l->in >= 0))
		rc = run(x, l->tc_long, l->maps.fw_scratch, frame, err);
	x->at = NULL;
	return rc;
}

/* Nothing of it stays. */
static int clear(fw_scratch_t scratch, char **err)
{
	_cleanup_free_ struct scratch *s = (struct scratch *)xcalloc(1, sizeof(*s));
	int rc = fw_scratch_put(scratch, s);

	return rc ? FAIL(err, rc, "self-test of the new rules: %s", strerror(-rc)) : 0;
}

int selftest_run(const struct selftest *t, char **err)
{
	_cleanup_free_ struct selftest_packet *packets = (struct selftest_packet *)xcalloc(SELFTEST_PACKETS, sizeof(*packets));
	_cleanup_free_ struct bytes *frame = (struct bytes *)xcalloc(1, sizeof(*frame));
	size_t n = selftest_packets(t->rs, packets), step = n / RUNS + 1;
	struct tester x = { .rs = t->rs, .names = t->names, .instance = t->instance, .who = "programs" };
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i += step)
		if (put_frame(&packets[i].probe.packet, frame))
			rc = run_all(&x, t->loaded, &packets[i], frame, err);
	for (unsigned int how = 0; !rc && put_odd(how, frame); how++)
		for (size_t d = 0; !rc && d < DIRECTION_COUNT; d++) {
			const struct selftest_packet odd = { .probe = { .direction = (enum direction)d },
							     .rule = SELFTEST_NO_RULE };

			rc = run_all(&x, t->loaded, &odd, frame, err);
		}
	return rc ?: clear(t->loaded->maps.fw_scratch, err);
}
