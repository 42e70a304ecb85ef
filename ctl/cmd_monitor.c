/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl monitor: what happens, as it happens. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "cmd.h"
#include "events.h"
#include "flowlist.h"
#include "live.h"
#include "packetview.h"
#include "pcapout.h"

enum { RING_BYTES = 4 << 20, LOOK_MS = 1000, RULESETS = 2 };
#define FLOW_KINDS (1u << EVENT_FLOW_START | 1u << EVENT_FLOW_CLOSED | 1u << EVENT_FLOW_END)

/* Rules that events may speak of: the live ones, and those before. */
struct known_rules { __u32 id; struct ruleset rs; };

struct monitor {
	struct cli *cli;
	struct state s;
	struct events *events;
	struct known_rules known[RULESETS];
	generation_t looked;        /* of an event: its rules were looked for */
	__u64 real_minus_monotonic_ns;
	FILE *pcap;
	bool silent;                /* the capture goes to standard output */
	/* Of --flows. */
	struct flow_table table;
	__u32 *told;                /* by place: TOLD | serial of the flow whose end was told last */
	struct strbuf line;
	__u64 events_n, lost;
	int failed;                 /* errno of a write */
};
enum { TOLD = 1 << 16 };

static volatile sig_atomic_t ended;
static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static void monitor_free(struct monitor *m)
{
	events_close(m->events);
	for (int i = 0; i < RULESETS; i++)
		ruleset_free(&m->known[i].rs);
	if (m->pcap && m->pcap != stdout)
		(void)fclose(m->pcap); /* what was written has been flushed and checked, packet by packet */
	flow_table_close(&m->table);
	free(m->told);
	strbuf_free(&m->line);
	state_close(&m->s);
}

/* --- rules --------------------------------------------------------------------------------------- */

/* Reads the live rules where they are others than at the last look. */
static void look_at_rules(struct monitor *m)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct known_rules now = { 0, { .nrules = 0 } };

	if (live_open(&m->s, &live, NULL) || live.info.id == m->known[0].id)
		return;
	now.id = live.info.id;
	if (live_parse(&live, &now.rs, NULL))
		return;
	ruleset_free(&m->known[1].rs);
	m->known[1] = m->known[0];
	m->known[0] = now;
	if (m->told)
		(void)flow_table_timeouts(&m->s, &m->table);
}

/*
 * The ruleset of this id; for a flow's judgement that of its generation, which may be a later one under the same rules. NULL where it is
 * not known any more.
 */
static const struct ruleset *rules_of(struct monitor *m, generation_t g, bool exactly)
{
	if (g.raw > m->known[0].id && g.raw != m->looked.raw) {
		m->looked = g;
		look_at_rules(m);
	}
	for (int i = 0; i < RULESETS; i++)
		if (m->known[i].id && (exactly ? m->known[i].id == g.raw : m->known[i].id <= g.raw))
			return &m->known[i].rs;
	return NULL;
}

/* --- output -------------------------------------------------------------------------------------- */

static __u64 read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (__u64)t.tv_sec * 1000000000 + (__u64)t.tv_nsec;
}

/* What was put together goes to the file. */
static void put_bytes(struct monitor *m, FILE *f)
{
	if (m->line.len && fwrite(m->line.str, m->line.len, 1, f) != 1)
		m->failed = errno;
	m->line.len = 0;
}

static void put_line(struct monitor *m)
{
	if (m->silent)
		m->line.len = 0;
	else
		strbuf_add(&m->line, "\n");
	put_bytes(m, stdout);
}

static void put_packet(struct monitor *m, const struct packet_event *e)
{
	const struct packet_context c = {
		.rules = rules_of(m, e->ruleset, true), .iface = m->s.names[e->iface.raw].name,
		.time_ns = e->time_ns + m->real_minus_monotonic_ns,
	};
	struct json j;

	if (m->cli->json) {
		json_init(&j, &m->line);
		packet_json(&j, &c, e);
		json_done(&j);
	} else {
		packet_line(&m->line, &c, e);
		if (m->cli->verbose)
			packet_dump(&m->line, e);
	}
	put_line(m);
	if (m->pcap && e->head.kind == EVENT_LOG) {
		pcap_packet(&m->line, e, c.time_ns);
		put_bytes(m, m->pcap);
	}
}

/* A flow's start, or with a reason its end. */
static void put_flow(struct monitor *m, const struct flow *f, ticks_t at, const char *why)
{
	struct flow_context c = { .clock = m->table.clock, .real_minus_monotonic_ns = m->real_minus_monotonic_ns };
	struct json j;

	c.rules = rules_of(m, f->ruling[flow_ruling_of(f).direction].generation, false);
	if (m->cli->json) {
		json_init(&j, &m->line);
		flow_event_json(&j, &c, f, at, why);
		json_done(&j);
	} else {
		flow_event_line(&m->line, &c, f, at, why);
	}
	put_line(m);
}

/* How many events were missed since this was last said. */
static void put_lost(struct monitor *m)
{
	__u64 now = events_lost(m->events), more = now - m->lost;
	struct json j;

	if (!more)
		return;
	m->lost = now;
	if (m->cli->json) {
		json_init(&j, &m->line);
		json_object(&j);
		json_key_string(&j, "event", "lost");
		json_key_uint(&j, "events", more);
		json_end_object(&j);
		json_done(&j);
	} else {
		strbuf_add(&m->line, "%llu events lost (more came than could be written)", more);
	}
	put_line(m);
}

/* --- flows --------------------------------------------------------------------------------------- */

/* Each flow's end is told once, by whichever way it is seen first. */
static bool first_told(struct monitor *m, __u32 place, __u16 serial)
{
	if (place >= m->table.buckets * WAYS || m->told[place] == (TOLD | (__u32)serial))
		return false;
	m->told[place] = TOLD | (__u32)serial;
	return true;
}

static const char *why_ended(const struct flow *f, bool evicted)
{
	return flow_has_ended(f) || flow_is_void(f) ? "closed" : evicted ? "evicted" : "idle";
}

static void put_flow_event(struct monitor *m, const struct flow_event *e)
{
	if (e->head.kind == EVENT_FLOW_START)
		put_flow(m, &e->flow, e->head.now, NULL);
	else if (first_told(m, e->place, e->serial))
		put_flow(m, &e->flow, e->head.now, why_ended(&e->flow, e->head.kind == EVENT_FLOW_END && e->end == FLOW_END_EVICTED));
}

/* Flows that ended and have their place still: no event tells of those. Those that had ended before we came are only noted. */
static void sweep(struct monitor *m, bool tell)
{
	ticks_t now = clock_ticks_now(&m->table.clock);
	struct flow f;
	__u16 serial;

	for (__u32 i = 0; i < m->table.buckets * WAYS && !ended; i++) {
		const struct flow_bucket *b = &m->table.at[i / WAYS];
		const struct flow *there = &b->flow[i % WAYS];

		if (!b->head.tag[i % WAYS] || m->told[i] == (TOLD | (__u32)b->head.serial[i % WAYS]) ||
		    !(flow_has_ended(there) || flow_table_over(&m->table, there, now)) ||
		    !flow_table_get(b, i % WAYS, &f, &serial) ||
		    !(flow_has_ended(&f) || flow_table_over(&m->table, &f, now)) || !first_told(m, i, serial))
			continue;
		if (tell)
			put_flow(m, &f, f.last, why_ended(&f, false));
	}
}

static int watch_flows(struct monitor *m)
{
	int rc = flow_table_open(&m->s, &m->table);

	if (rc)
		return rc;
	m->told = (__u32 *)xcalloc((size_t)m->table.buckets * WAYS, sizeof(*m->told));
	sweep(m, false);
	return 0;
}

/* --- the loop ------------------------------------------------------------------------------------ */

static int on_event(void *arg, const union event_any *e)
{
	struct monitor *m = (struct monitor *)arg;

	m->events_n++;
	switch ((enum event)e->head.kind) {
	case EVENT_LOG:
	case EVENT_DROP:
		put_packet(m, &e->packet);
		break;
	case EVENT_FLOW_START:
	case EVENT_FLOW_CLOSED:
	case EVENT_FLOW_END:
		put_flow_event(m, &e->flow);
		break;
	}
	return -m->failed;
}

/* Whether the instance is still the one whose maps we read. */
static bool is_gone(const struct monitor *m)
{
	_cleanup_free_ char *pin = instance_pin(&m->s.in, "fw_watch");

	return access(pin, F_OK) && errno == ENOENT;
}

static int flush(struct monitor *m)
{
	if (m->failed || fflush(stdout) || (m->pcap && fflush(m->pcap)))
		return m->failed ? -m->failed : -errno;
	return 0;
}

static int watch(struct monitor *m, char **err)
{
	__u64 look_at = 0;
	int rc = 0;

	while (rc >= 0 && !ended) {
		__u64 now = read_clock(CLOCK_MONOTONIC);

		if (now >= look_at) {
			m->real_minus_monotonic_ns = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
			if (is_gone(m)) {
				*err = xstrdup("monitor: fwctl has been detached with --purge here: there is nothing more to see");
				return -ENOENT;
			}
			look_at_rules(m);
			if (m->told)
				sweep(m, true);
			put_lost(m);
			look_at = now + LOOK_MS * 1000000ull;
		}
		rc = flush(m);
		if (rc >= 0)
			rc = events_poll(m->events, LOOK_MS, on_event, m);
		if (rc == -EINTR) /* also after a stop and SIGCONT */
			rc = 0;
	}
	/* What was sent until now is told; so that what was told and what was lost are all that there was. */
	events_stop(m->events);
	if (rc >= 0)
		while ((rc = events_poll(m->events, 0, on_event, m)) > 0 || rc == -EINTR)
			;
	put_lost(m);
	return rc < 0 ? rc : flush(m);
}

/* Who read us is gone: what is still to be written goes nowhere, and nothing is wrong. */
static void let_go_of_stdout(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0) {
		(void)dup2(null, STDOUT_FILENO);
		close(null);
	}
	clearerr(stdout);
}

static int finish(struct monitor *m, int rc, char *err)
{
	if (rc == -EPIPE) {
		let_go_of_stdout();
		rc = 0;
	}
	cli_note(m->cli, "%llu events, %llu lost", m->events_n, (unsigned long long)events_lost(m->events));
	if (rc == -ESTALE)
		err = xstrdup("events: another process has taken this one's place, since it did not read for too long");
	else if (rc < 0 && !err)
		err = xasprintf("monitor: %s", strerror(-rc));
	return rc < 0 ? cli_fail(err) : EXIT_DONE;
}

static int open_pcap(struct monitor *m, const char *path)
{
	m->silent = !strcmp(path, "-");
	if (m->silent && isatty(STDOUT_FILENO))
		return cli_wrong(m->cli, "--pcap -: standard output is a terminal (--pcap FILE, or | tcpdump -r -)");
	m->pcap = m->silent ? stdout : fopen(path, "we");
	if (m->pcap) {
		pcap_begin(&m->line);
		put_bytes(m, m->pcap);
	}
	return m->pcap && !m->failed && !fflush(m->pcap) ? 0 : cli_fail(xasprintf("%s: %s", path, strerror(errno)));
}

static void catch_signals(void)
{
	const struct sigaction end = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

int cmd_monitor(struct cli *cli, int argc, char **argv)
{
	_cleanup_(monitor_free) struct monitor m = { .cli = cli, .s = state_none() };
	bool drops = false, flows = false;
	const char *pcap = NULL;
	const struct cli_option options[] = {
		{ "drops", &drops, NULL }, { "flows", &flows, NULL }, { "pcap", NULL, &pcap }, { NULL, NULL, NULL },
	};
	__u32 kinds = 1u << EVENT_LOG;
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "monitor takes no arguments");
	status = cli_state(cli, &m.s, 0, 0);
	status = status ?: (pcap ? open_pcap(&m, pcap) : 0);
	if (status)
		return status;
	catch_signals();
	kinds |= (drops ? 1u << EVENT_DROP : 0) | (flows ? FLOW_KINDS : 0);
	look_at_rules(&m);
	rc = events_open(&m.s.maps, kinds, RING_BYTES, 0, &m.events, &err);
	if (rc)
		return cli_fail(err);
	rc = flows ? watch_flows(&m) : 0;
	rc = rc ?: watch(&m, &err);
	return finish(&m, rc, err);
}
