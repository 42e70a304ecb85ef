/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl monitor: what happens, as it happens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "clock.h"
#include "cmd.h"
#include "events.h"
#include "flowwatch.h"
#include "live.h"
#include "packetview.h"
#include "pcapout.h"
#include "recentrules.h"

enum { RING_BYTES = 4 << 20, LOOK_MS = 1000, LAST_WRITE_MS = 500 };
#define FLOW_KINDS (1u << EVENT_FLOW_START | 1u << EVENT_FLOW_CLOSED | 1u << EVENT_FLOW_END)

struct monitor {
	struct cli *cli;
	struct state s;
	struct events *events;
	struct recent_rules rules;
	struct clock_pair *clock; /* fw_clock, mapped */
	__u64 real_minus_monotonic_ns;
	const char *pcap_name;
	FILE *pcap;
	bool silent; /* the capture goes to standard output */
	bool flows;  /* --flows, with: */
	struct flow_watch watch;
	__u64 looked_ns; /* when the look began that saw the ends in watch.seen */
	bool look_on;    /* it did not come to the end of the table */
	struct strbuf line;
	__u64 told, lost, unwritten;
	int failed; /* errno of a write, to: */
	FILE *failed_at;
};

static volatile sig_atomic_t ended;
static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static void monitor_free(struct monitor *m)
{
	events_close(m->events);
	recent_rules_free(&m->rules);
	if (m->pcap && m->pcap != stdout)
		(void)fclose(m->pcap); /* what was written has been flushed and checked, packet by packet */
	flow_watch_close(&m->watch);
	strbuf_free(&m->line);
	fw_clock_unmap(m->clock);
	state_close(&m->s);
}

/* --- output -------------------------------------------------------------------------------------- */

/* Who is to end does not wait for a reader that has stopped reading: as if that one were gone. */
static bool is_stuck(FILE *f)
{
	struct pollfd p = { .fd = fileno(f), .events = POLLOUT };

	if (!ended || poll(&p, 1, LAST_WRITE_MS) > 0)
		return false;
	errno = EPIPE;
	return true;
}

static void note_failure(struct monitor *m, FILE *f)
{
	m->failed = errno == EINTR ? EPIPE : errno; /* a signal to end, while it waited */
	m->failed_at = f;
}

/* What was put together goes to the file. */
static void put_bytes(struct monitor *m, FILE *f)
{
	if (m->line.len && !m->failed && (is_stuck(f) || fwrite(m->line.str, m->line.len, 1, f) != 1))
		note_failure(m, f);
	m->line.len = 0;
}

static void flush_one(struct monitor *m, FILE *f)
{
	if (f && !m->failed && (is_stuck(f) || fflush(f)))
		note_failure(m, f);
}

static int flush(struct monitor *m)
{
	flush_one(m, stdout);
	flush_one(m, m->pcap);
	return -m->failed;
}

static void put_line(struct monitor *m)
{
	if (m->silent)
		m->line.len = 0;
	else
		strbuf_add(&m->line, "\n");
	put_bytes(m, stdout);
}

static void count_told(struct monitor *m) { *(m->failed ? &m->unwritten : &m->told) += 1; }

static void put_packet(struct monitor *m, const struct packet_event *e)
{
	const struct packet_context c = {
		.rules = recent_rules_of(&m->rules, e->ruleset),
		.iface = m->s.names[e->iface.raw].name,
		.time_ns = e->head.time_ns + m->real_minus_monotonic_ns,
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
	count_told(m);
	if (m->pcap && e->head.kind == EVENT_LOG) {
		pcap_packet(&m->line, e, c.time_ns);
		put_bytes(m, m->pcap);
	}
}

static void put_flow(struct monitor *m, const struct flow_change *t)
{
	struct flow_context c = {
		.clock = m->watch.table.clock,
		.rules = recent_rules_judging(&m->rules, t->flow->ruling[flow_ruling_of(t->flow).direction].generation),
	};
	struct json j;

	c.clock.real_minus_monotonic_ns = m->real_minus_monotonic_ns;
	if (m->cli->json) {
		json_init(&j, &m->line);
		flow_event_json(&j, &c, t);
		json_done(&j);
	} else {
		flow_event_line(&m->line, &c, t);
	}
	put_line(m);
	count_told(m);
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

static void put_flow_event(struct monitor *m, const struct flow_event *e)
{
	struct flow_change t = {
		.flow = &e->flow,
		.time_ns = e->head.time_ns + m->real_minus_monotonic_ns,
		.over = e->head.kind != EVENT_FLOW_START,
	};

	if (!t.over || flow_watch_event(&m->watch, e, &t.end))
		put_flow(m, &t);
}

/* What the last look at the table saw: it happened when that was begun, as far as we know. */
static void put_seen(struct monitor *m)
{
	for (size_t i = 0; i < m->watch.seen.n; i++) {
		const struct flow_seen *seen = &m->watch.seen.v[i];

		put_flow(m,
			 &(struct flow_change){ &seen->flow, m->looked_ns + m->real_minus_monotonic_ns, seen->over, seen->end });
	}
	m->watch.seen.n = 0;
}

static void look_at_flows(struct monitor *m)
{
	put_seen(m);
	m->looked_ns = clock_monotonic_ns();
	m->look_on = !flow_watch_look(&m->watch);
}

/* --- the loop ------------------------------------------------------------------------------------ */

static int on_event(void *arg, const union event_any *e)
{
	struct monitor *m = (struct monitor *)arg;

	if (e->head.time_ns > m->looked_ns) /* what is behind the last look has its place behind what that saw */
		put_seen(m);
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
	return ended ? 0 : -m->failed; /* in the end the rest is counted all the same */
}

/* Nobody can read what we write any more. */
static bool is_unread(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	return poll(&p, 1, 0) > 0 && p.revents & POLLERR;
}

/* What is to be seen to once a second. */
static int look(struct monitor *m, char **err)
{
	if (is_unread())
		return -EPIPE;
	if (state_is_gone(&m->s)) {
		*err = xstrdup("monitor: fwctl has been detached with --purge here: there is nothing more to see");
		return -ENOENT;
	}
	m->real_minus_monotonic_ns = clock_kept_difference(m->clock);
	(void)recent_rules_look(&m->rules);
	if (m->flows && recent_rules_live(&m->rules))
		flow_watch_rules(&m->watch, recent_rules_live(&m->rules));
	put_lost(m);
	m->look_on = m->flows;
	return 0;
}

/* What was sent until now is told, or counted; so that what was told and what was lost are all that there was. */
static int tell_the_rest(struct monitor *m, int rc)
{
	int left;

	ended = 1;
	events_stop(m->events);
	do
		left = events_poll(m->events, 0, on_event, m);
	while (left > 0 || left == -EINTR);
	put_seen(m);
	put_lost(m);
	return rc < 0 ? rc : left < 0 ? left : flush(m);
}

static int watch(struct monitor *m, char **err)
{
	__u64 look_at = 0;
	int rc = 0;

	while (rc >= 0 && !ended) {
		__u64 now = clock_monotonic_ns();

		if (now >= look_at) {
			rc = look(m, err);
			look_at = now + LOOK_MS * 1000000ull;
		}
		if (rc >= 0 && m->look_on)
			look_at_flows(m);
		rc = rc < 0 ? rc : flush(m);
		if (rc >= 0)
			rc = events_poll(m->events, m->watch.seen.n ? 0 : LOOK_MS, on_event, m);
		if (!rc) /* nothing that was ahead of the look is unread */
			put_seen(m);
		if (rc == -EINTR) /* also after a stop and SIGCONT */
			rc = 0;
	}
	return tell_the_rest(m, rc);
}

/* Who read us is gone, or does not read: what is still to be written goes nowhere, and nothing is wrong. */
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
	if (m->failed_at == stdout)
		let_go_of_stdout();
	if (rc == -EPIPE)
		rc = 0;
	cli_note(m->cli, "%llu events, %llu lost", m->told, (unsigned long long)(events_lost(m->events) + m->unwritten));
	if (rc == -ESTALE)
		err = xstrdup("events: another process has taken this one's place, since it did not read for too long");
	else if (rc < 0 && !err)
		err = xasprintf("%s: %s",
				!m->failed               ? "monitor"
				: m->failed_at == stdout ? "standard output"
							 : m->pcap_name,
				strerror(-rc));
	return rc < 0 ? cli_fail(err) : EXIT_DONE;
}

static int open_pcap(struct monitor *m)
{
	int err;

	m->silent = !strcmp(m->pcap_name, "-");
	if (m->silent && isatty(STDOUT_FILENO))
		return cli_wrong(m->cli, "--pcap -: standard output is a terminal (--pcap FILE, or | tcpdump -r -)");
	m->pcap = m->silent ? stdout : fopen(m->pcap_name, "we");
	if (m->pcap) {
		pcap_begin(&m->line);
		put_bytes(m, m->pcap);
	}
	if (m->pcap && !flush(m))
		return 0;
	err = m->pcap ? m->failed : errno;
	if (m->silent && err == EPIPE) /* who was to read it has gone, as later would end it */
		return finish(m, -EPIPE, NULL);
	if (m->failed_at == stdout)
		let_go_of_stdout();
	return cli_fail(xasprintf("%s: %s", m->silent ? "standard output" : m->pcap_name, strerror(err)));
}

static void catch_signals(void)
{
	const struct sigaction end = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND },
			       ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

int cmd_monitor(struct cli *cli, int argc, char **argv)
{
	_cleanup_(monitor_free) struct monitor m = { .cli = cli, .s = state_none() };
	bool drops = false, flows = false;
	const struct cli_option options[] = {
		{ "drops", &drops, NULL },
		{ "flows", &flows, NULL },
		{ "pcap", NULL, &m.pcap_name },
		{ NULL, NULL, NULL },
	};
	__u32 kinds = 1u << EVENT_LOG;
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "monitor takes no arguments");
	if (m.pcap_name && !strcmp(m.pcap_name, "-") && (cli->json || drops || flows))
		return cli_wrong(cli,
				 "--pcap -: the capture takes standard output, so that there is no place for %s (--pcap FILE)",
				 cli->json ? "-j"
				 : drops   ? "--drops"
					   : "--flows");
	status = cli_state(cli, &m.s, 0, 0);
	if (status)
		return status;
	if (live_check(&m.s, &err))
		return cli_fail(err);
	kinds |= (drops ? 1u << EVENT_DROP : 0) | (flows ? FLOW_KINDS : 0);
	m.clock = fw_clock_map(m.s.maps.fw_clock);
	if (!m.clock)
		return cli_fail(xasprintf("monitor: clock: %s", strerror(errno)));
	rc = events_open(&m.s.maps, kinds, RING_BYTES, 0, &m.events, &err);
	if (rc)
		return cli_fail(err);
	catch_signals();
	if (m.pcap_name) { /* when all else is there: a file of that name ends here */
		status = open_pcap(&m);
		if (status || m.failed)
			return status;
	}
	m.rules.s = &m.s;
	if (recent_rules_look(&m.rules) && !drops && !flows && !recent_rules_log(&m.rules))
		cli_note(cli, "no rule has `log`: until one does, there is nothing to tell (--drops, --flows)");
	m.flows = flows;
	rc = flows ? flow_watch_open(&m.s, &m.watch, &err) : 0;
	rc = rc ?: watch(&m, &err);
	return finish(&m, rc, err);
}
