/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl test: a capture through the programs, packet by packet. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "addr.h"
#include "cmd.h"
#include "expect.h"
#include "flowlines.h"
#include "names.h"
#include "programs.h"
#include "replay.h"

enum { EXPECT_MAX_BYTES = 256 << 20 };

struct test {
	struct cli *cli;
	const char *rules, *pcap, *host, *on, *expect, *write_expect;
	bool in, out, flows;
	struct ruleset rs;
	struct addr_range *hosts;
	size_t nhosts;
	struct expect expected;
	FILE *written;
	struct replay *replay;
	__u64 packets, outgoing, verdicts[VERDICT_COUNT], mismatches;
};

static void test_free(struct test *t)
{
	replay_close(t->replay);
	ruleset_free(&t->rs);
	expect_free(&t->expected);
	free(t->hosts);
	if (t->written)
		(void)fclose(t->written); /* flushed and checked before, where that matters */
}

/* ADDR|PREFIX,...: whose packets are outgoing. */
static int parse_hosts(struct test *t)
{
	size_t cap = 0;

	for (const char *p = t->host; p; p = *p ? p + 1 : NULL) {
		size_t n = strcspn(p, ",");
		struct addr_range r;
		enum addr_error e = addr_range_parse(p, n, &r);

		if (e != ADDR_OK) {
			_cleanup_strbuf_ struct strbuf why = { NULL, 0, 0 };

			addr_error_text(e, p, n, &r, &why);
			return cli_wrong(t->cli, "--host: %s", why.str);
		}
		GROW(t->hosts, t->nhosts, cap);
		t->hosts[t->nhosts++] = r;
		p += n;
		if (!*p)
			break;
	}
	return 0;
}

static int read_expectations(struct test *t)
{
	_cleanup_free_ char *text = NULL;
	struct diag d = { .io_error = 0 };
	size_t len;
	int rc = read_file(t->expect, EXPECT_MAX_BYTES, &text, &len), status = 0;

	if (rc)
		return cli_fail(xasprintf("%s: %s", t->expect, strerror(-rc)));
	if (expect_parse(t->expect, text, len, &t->expected, &d))
		status = cli_diag(&d);
	diag_free(&d);
	return status;
}

/* Which way the packet goes: by --host from its source address, as the parser read it before. */
static enum direction direction_of(const struct test *t, const struct packet *p)
{
	if (t->out)
		return DIRECTION_OUT;
	if (p->status == STATUS_NONIP)
		return DIRECTION_IN;
	for (size_t i = 0; i < t->nhosts; i++)
		if (addr_range_contains(&t->hosts[i], (enum family)p->family, &p->src))
			return DIRECTION_OUT;
	return DIRECTION_IN;
}

static __u32 rule_number(const struct outcome *o) { return rule_is_none(o->rule) ? 0 : o->rule.raw + 1; }

static void print_json_packet(const struct test *t, const struct replay_result *r)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	__u32 rule = rule_number(&r->outcome);
	struct json j;

	json_init(&j, &b);
	json_object(&j);
	json_key_uint(&j, "packet", t->packets);
	json_key_string(&j, "verdict", verdict_text((enum verdict)r->outcome.verdict));
	json_key_uint(&j, "rule", rule);
	json_key_string(&j, "label", rule ? t->rs.rules[rule - 1].label : "");
	json_key_string(&j, "reason", reason_text((enum reason)r->outcome.reason));
	json_key_string(&j, "status", status_text((enum status)r->packet.status));
	json_key_bool(&j, "cached", r->outcome.cached);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
}

/* What the packet is, as far as it could be read. */
static void describe(const struct packet *p, struct strbuf *b)
{
	char src[ADDR_TEXT_MAX], dst[ADDR_TEXT_MAX], number[4];

	if (p->status != STATUS_OK) {
		strbuf_add(b, "%s packet", status_text((enum status)p->status));
		return;
	}
	addr_print((enum family)p->family, &p->src, src);
	addr_print((enum family)p->family, &p->dst, dst);
	strbuf_add(b, "%s %s", proto_text(p->proto, number), src);
	if (p->has & HAS_PORTS)
		strbuf_add(b, " port %u", ntohs(p->sport.raw));
	strbuf_add(b, " > %s", dst);
	if (p->has & HAS_PORTS)
		strbuf_add(b, " port %u", ntohs(p->dport.raw));
	if (p->has & HAS_ICMP)
		strbuf_add(b, " type %u code %u", p->icmp_type, p->icmp_code);
	if (p->fragment == FRAGMENT_LATER)
		strbuf_add(b, " later fragment");
}

static void print_packet(const struct test *t, const struct replay_result *r, enum direction d)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	__u32 rule = rule_number(&r->outcome);

	strbuf_add(&b, "%6llu %-3s %-6s ", t->packets, direction_text(d), verdict_text((enum verdict)r->outcome.verdict));
	if (rule)
		strbuf_add(&b, "rule %-5u ", rule);
	else
		strbuf_add(&b, "%-10s ", "-");
	strbuf_add(&b, "%-10s ", reason_text((enum reason)r->outcome.reason));
	describe(&r->packet, &b);
	if (rule && t->rs.rules[rule - 1].label[0])
		strbuf_add(&b, "  \"%s\"", t->rs.rules[rule - 1].label);
	printf("%s\n", b.str);
}

/* Compares with --expect, and adds to --write-expect. */
static void check_packet(struct test *t, const struct outcome *o)
{
	const struct expectation *x = t->expect ? expect_for(&t->expected, t->packets) : NULL;
	_cleanup_strbuf_ struct strbuf line = { NULL, 0, 0 };
	enum verdict verdict = (enum verdict)o->verdict;

	if (x && !expect_met(x, verdict, rule_number(o))) {
		t->mismatches++;
		fprintf(stderr, "fwctl: %s: packet %llu: expected %s", t->expect, t->packets, verdict_text(x->verdict));
		if (x->rule_given)
			fprintf(stderr, " by rule %u", x->rule);
		fprintf(stderr, ", it was %s by rule %u\n", verdict_text(verdict), rule_number(o));
	}
	if (!t->written)
		return;
	expect_print(&line, t->packets, verdict, rule_number(o));
	fputs(line.str, t->written);
}

static int judge_packet(struct test *t, const struct capture_packet *cp, struct frame *f, char **err)
{
	const struct replay_result *r;
	struct packet parsed;
	enum direction d;
	int rc = link_frame(cp, f);

	if (rc) {
		*err = linktype_error(cp->linktype);
		return rc;
	}
	replay_parse(f, &parsed);
	d = direction_of(t, &parsed);
	rc = replay_packet(t->replay, d, cp->time_ns, f, &r, err);
	if (rc)
		return rc;
	t->packets++;
	t->outgoing += d == DIRECTION_OUT;
	t->verdicts[r->outcome.verdict]++;
	if (t->cli->json)
		print_json_packet(t, r);
	else if (!t->cli->quiet)
		print_packet(t, r, d);
	check_packet(t, &r->outcome);
	return 0;
}

static void print_flows(struct test *t)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	const struct flow *flows;
	const struct flow_columns columns = flow_columns_wide();
	size_t n = replay_flows(t->replay, &flows);
	struct flow_context context;
	struct json j;

	flow_context_replay(&context, &t->rs);
	if (!t->cli->json) {
		if (!t->cli->quiet) /* packets stand before it */
			printf("\n");
		flow_heading(&b, &columns, "STATE");
	}
	for (size_t i = 0; i < n; i++) {
		if (!t->cli->json) {
			flow_line(&b, &context, &columns, &(struct flow_row){ .flow = &flows[i] });
			continue;
		}
		json_init(&j, &b);
		json_object(&j);
		json_key(&j, "flow");
		flow_json(&j, &context, &flows[i]);
		json_end_object(&j);
		json_done(&j);
		strbuf_add(&b, "\n");
	}
	if (b.str)
		fputs(b.str, stdout);
}

static void print_summary(struct test *t)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	const struct flow *flows;
	size_t n = replay_flows(t->replay, &flows);
	__u64 lost = replay_losses(t->replay, LOSS_TABLE_FULL) + replay_losses(t->replay, LOSS_CONTENDED);
	struct json j;

	if (lost)
		cli_note(t->cli, "%llu packets found no place in the flow table (option flows makes it larger)", lost);
	if (!t->cli->json) {
		printf("%llu packet%s: %llu passed, %llu dropped, %llu rejected; %zu flow%s\n", t->packets,
		       t->packets == 1 ? "" : "s", t->verdicts[VERDICT_PASS], t->verdicts[VERDICT_DROP],
		       t->verdicts[VERDICT_REJECT], n, n == 1 ? "" : "s");
		return;
	}
	json_init(&j, &b);
	json_object(&j);
	json_key(&j, "summary");
	json_object(&j);
	json_key_uint(&j, "packets", t->packets);
	json_key_uint(&j, "passed", t->verdicts[VERDICT_PASS]);
	json_key_uint(&j, "dropped", t->verdicts[VERDICT_DROP]);
	json_key_uint(&j, "rejected", t->verdicts[VERDICT_REJECT]);
	json_key_uint(&j, "flows", n);
	json_end_object(&j);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
}

/* Expected packets that the capture does not have. */
static void check_end(struct test *t)
{
	const struct expectation *first;
	size_t n = t->expect ? expect_beyond(&t->expected, t->packets, &first) : 0;

	if (!n)
		return;
	t->mismatches += n;
	fprintf(stderr, "fwctl: %s: packet %llu is expected, the capture has %llu\n", t->expect,
		(unsigned long long)first->packet, t->packets);
}

/* Whether two paths are one file. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return b && strcmp(b, "-") && !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino &&
	       S_ISREG(x.st_mode);
}

/* The file of --write-expect, which must not be one that is read. */
static int open_written(struct test *t)
{
	const char *read[] = { t->rules, t->pcap, t->expect };

	for (size_t i = 0; i < ARRAY_COUNT(read); i++)
		if (same_file(t->write_expect, read[i]))
			return cli_wrong(t->cli, "--write-expect: %s is read by this command (name another file)",
					 t->write_expect);
	t->written = strcmp(t->write_expect, "-") ? fopen(t->write_expect, "we") : fdopen(dup(STDOUT_FILENO), "w");
	if (!t->written)
		return cli_fail(xasprintf("%s: %s", t->write_expect, strerror(errno)));
	return 0;
}

/* What keeps rules from matching here though they may match live. */
static void note_options(const struct test *t)
{
	size_t named = 0, first = 0;

	for (size_t i = t->rs.nrules; i--;)
		if (t->rs.rules[i].on.n && !t->rs.rules[i].on.negated) {
			named++;
			first = i + 1;
		}
	if (named && !t->on)
		cli_note(t->cli, "%zu rule%s for an interface (rule %zu%s), which match%s no packet here (--on IFACE)", named,
			 named == 1 ? " is" : "s are", first, named == 1 ? "" : " is the first", named == 1 ? "es" : "");
	if (t->host && t->packets && !t->outgoing)
		cli_note(t->cli, "no packet is from %s: all were taken as incoming", t->host);
}

static int run(struct test *t)
{
	_cleanup_frame_ struct frame frame = { .data = NULL };
	_cleanup_capture_ struct capture *capture = NULL;
	struct capture_packet packet;
	char *err = NULL;
	int rc = capture_open(t->pcap, &capture, &err), status;

	if (rc)
		return cli_fail(xasprintf("%s: %s", t->pcap, err));
	rc = replay_open_hooks(&t->rs, t->on, t->out ? LOAD_OUT : t->host ? LOAD_XDP | LOAD_OUT : LOAD_XDP, &t->replay, &err);
	if (rc)
		return cli_refused(err, rc);
	status = t->write_expect ? open_written(t) : 0; /* when all else is there: a file of that name ends here */
	if (status)
		return status;
	while ((rc = capture_next(capture, &packet, &err)) > 0) {
		rc = judge_packet(t, &packet, &frame, &err);
		if (rc)
			break;
	}
	if (t->flows)
		print_flows(t);
	print_summary(t);
	note_options(t);
	if (rc < 0)
		return cli_fail(xasprintf("%s: %s", t->pcap, err));
	check_end(t);
	if (t->written && (fflush(t->written) || ferror(t->written)))
		return cli_fail(xasprintf("%s: %s", t->write_expect, strerror(errno)));
	return t->mismatches ? EXIT_NO : EXIT_DONE;
}

int cmd_test(struct cli *cli, int argc, char **argv)
{
	_cleanup_(test_free) struct test t = { .cli = cli };
	const struct cli_option options[] = {
		{ "in", &t.in, NULL },
		{ "out", &t.out, NULL },
		{ "host", NULL, &t.host },
		{ "on", NULL, &t.on },
		{ "flows", &t.flows, NULL },
		{ "expect", NULL, &t.expect },
		{ "write-expect", NULL, &t.write_expect },
		{ NULL, NULL, NULL },
	};
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc != 2)
		return cli_wrong(cli, "test takes a rules file and a capture");
	if (t.in + t.out + (t.host != NULL) > 1)
		return cli_wrong(cli, "--in, --out and --host exclude each other");
	if (t.on && (strlen(t.on) >= IFNAMSIZ || !t.on[0] || strpbrk(t.on, "/ \t:")))
		return cli_wrong(cli, "--on: '%s' cannot be an interface (1 to %d bytes, no '/', ':' or white space)", t.on,
				 IFNAMSIZ - 1);
	if (!strcmp(argv[0], "-") && !strcmp(argv[1], "-"))
		return cli_wrong(cli, "rules and capture cannot both come from standard input");
	t.rules = argv[0];
	t.pcap = argv[1];
	status = t.host ? parse_hosts(&t) : 0;
	status = status ?: cli_ruleset(cli, t.rules, &t.rs);
	status = status ?: (t.expect ? read_expectations(&t) : 0);
	if (status)
		return status;
	if (instance_privileged(&err))
		return cli_fail(err);
	return run(&t);
}
