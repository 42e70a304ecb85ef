/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl metrics: counters and sizes for Prometheus and what reads its formats. */
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "events.h"
#include "export.h"
#include "contract.h"
#include "fail.h"
#include "flowlist.h"
#include "hook.h"
#include "live.h"
#include "metrics.h"

struct scrape {
	struct cli *cli;
	struct state s;
	struct live_ruleset live;
	struct counters *counts; /* by rule_slot_t */
	struct ruleset rules;
	struct hook_programs programs;
	struct flow_fill fill;
	struct export_state exported;
	bool exports; /* there has been a collector */
	struct metrics m;
};

static void scrape_free(struct scrape *sc)
{
	hook_programs_free(&sc->programs);
	ruleset_free(&sc->rules);
	free(sc->counts);
	live_close(&sc->live);
	state_close(&sc->s);
}

/* Of a rule by its number; of 0 both defaults. */
static struct counters rule_count(const struct scrape *sc, __u32 number)
{
	const struct counters *c = sc->counts;

	if (number)
		return c[RULE_SLOT_FIRST + number - 1];
	return (struct counters){ c[DIRECTION_IN].packets + c[DIRECTION_OUT].packets,
				  c[DIRECTION_IN].bytes + c[DIRECTION_OUT].bytes };
}

static void sample_rule(struct scrape *sc, __u32 number, __u64 value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	metric_sample(&sc->m, value, LABELS({ "rule", text }, { "label", number ? sc->rules.rules[number - 1].label : "" }));
}

static void add_rules(struct scrape *sc)
{
	__u32 n = (__u32)sc->rules.nrules;

	metric_family(&sc->m, "fwctl_rule_packets_total", METRIC_COUNTER,
		      "Packets that a rule decided, by its position; rule 0 is the defaults of both directions");
	for (__u32 i = 0; i <= n; i++)
		sample_rule(sc, i, rule_count(sc, i).packets);
	metric_family(&sc->m, "fwctl_rule_bytes_total", METRIC_COUNTER, "Layer-3 bytes of the packets that a rule decided");
	for (__u32 i = 0; i <= n; i++)
		sample_rule(sc, i, rule_count(sc, i).bytes);
}

/* Packets or bytes of all verdicts. */
static int sample_verdicts(struct scrape *sc, bool bytes)
{
	int rc = 0;

	for (int d = 0; !rc && d < DIRECTION_COUNT; d++)
		for (int v = 0; !rc && v < VERDICT_COUNT; v++)
			for (int r = 0; !rc && r < REASON_COUNT; r++) {
				struct counters c = { 0, 0 };

				rc = fw_tally_sum(sc->s.maps.fw_tally,
						  tally_of((enum direction)d, (enum verdict)v, (enum reason)r), &c);
				metric_sample(&sc->m, bytes ? c.bytes : c.packets,
					      LABELS({ "direction", direction_text((enum direction)d) },
						     { "verdict", verdict_text((enum verdict)v) },
						     { "reason", reason_text((enum reason)r) }));
			}
	return rc;
}

static int add_verdicts(struct scrape *sc)
{
	int rc;

	metric_family(&sc->m, "fwctl_verdicts_total", METRIC_COUNTER, "Packets judged, by direction, verdict and reason");
	rc = sample_verdicts(sc, false);
	metric_family(&sc->m, "fwctl_verdict_bytes_total", METRIC_COUNTER, "Layer-3 bytes of the packets judged");
	return rc ?: sample_verdicts(sc, true);
}

static int add_flows(struct scrape *sc)
{
	int rc = 0;

	metric_family(&sc->m, "fwctl_flows", METRIC_GAUGE, "Live flows in a table; confirmed ones had a reply");
	metric_sample(&sc->m, sc->fill.confirmed, LABELS({ "table", "flows" }, { "state", "confirmed" }));
	metric_sample(&sc->m, sc->fill.unconfirmed, LABELS({ "table", "flows" }, { "state", "unconfirmed" }));
	metric_family(&sc->m, "fwctl_flows_capacity", METRIC_GAUGE, "Flows that a table has room for");
	metric_sample(&sc->m, (__u64)sc->s.cfg.buckets * WAYS, LABELS({ "table", "flows" }));
	metric_family(&sc->m, "fwctl_flow_losses_total", METRIC_COUNTER,
		      "Flows evicted for others, and packets whose flow found no room or no lock in time");
	for (int l = 0; !rc && l < LOSS_COUNT; l++) {
		struct counters c = { 0, 0 };

		rc = fw_losses_sum(sc->s.maps.fw_losses, (loss_id_t){ (__u32)l }, &c);
		metric_sample(&sc->m, c.packets, LABELS({ "reason", loss_text((enum loss)l) }));
	}
	return rc;
}

static int add_events(struct scrape *sc)
{
	struct event_totals t;
	int rc = events_totals(&sc->s.maps, &t);

	if (rc)
		return rc;
	metric_family(&sc->m, "fwctl_events_sent_total", METRIC_COUNTER, "Events that all their readers got");
	metric_sample(&sc->m, t.sent, NO_LABELS);
	metric_family(&sc->m, "fwctl_events_lost_total", METRIC_COUNTER,
		      "Events that a reader could not be given, and logs without one");
	metric_sample(&sc->m, t.lost, NO_LABELS);
	metric_family(&sc->m, "fwctl_events_unreported_total", METRIC_COUNTER, "Flows that ended while nobody read their ends");
	metric_sample(&sc->m, t.unreported, NO_LABELS);
	return 0;
}

/* One number of a tally, for each sink and result. */
static void sample_export(struct scrape *sc, const struct export_state *st, const char *name, const char *help, size_t offset)
{
	metric_family(&sc->m, name, METRIC_COUNTER, help);
	for (int k = 0; k < SINK_COUNT; k++) {
		const char *sink = sink_kind_text((enum sink_kind)k);

		metric_sample(&sc->m, *(const __u64 *)((const char *)&st->sent[k] + offset),
			      LABELS({ "sink", sink }, { "result", "sent" }));
		metric_sample(&sc->m, *(const __u64 *)((const char *)&st->lost[k] + offset),
			      LABELS({ "sink", sink }, { "result", "lost" }));
	}
	metric_sample(&sc->m, *(const __u64 *)((const char *)&st->unseen + offset),
		      LABELS({ "sink", "any" }, { "result", "unseen" }));
}

static void add_export(struct scrape *sc)
{
	const struct export_state *st = &sc->exported;

	if (!sc->exports)
		return;
	sample_export(sc, st, "fwctl_export_records_total",
		      "Flow records of the collector by what became of them; unseen are flows whose ends were lost before it",
		      offsetof(struct export_tally, records));
	sample_export(sc, st, "fwctl_export_packets_total", "Packets that the records speak of",
		      offsetof(struct export_tally, packets));
	sample_export(sc, st, "fwctl_export_bytes_total", "Layer-3 bytes that the records speak of",
		      offsetof(struct export_tally, bytes));
	metric_family(&sc->m, "fwctl_export_queued_records", METRIC_GAUGE,
		      "Flow records on their way: neither sent nor lost yet");
	for (int k = 0; k < SINK_COUNT; k++)
		metric_sample(&sc->m, st->queued[k].records, LABELS({ "sink", sink_kind_text((enum sink_kind)k) }));
}

static void add_ruleset(struct scrape *sc)
{
	metric_family(&sc->m, "fwctl_ruleset_rules", METRIC_GAUGE, "Rules of the live ruleset");
	metric_sample(&sc->m, sc->live.info.rules, NO_LABELS);
	metric_family(&sc->m, "fwctl_ruleset_id", METRIC_GAUGE, "Number of the live ruleset; each change gives a higher one");
	metric_sample(&sc->m, sc->live.info.id, NO_LABELS);
	metric_family(&sc->m, "fwctl_ruleset_applied_timestamp_seconds", METRIC_GAUGE, "When the live ruleset was applied");
	metric_sample(&sc->m, sc->live.info.applied_ns / 1000000000, NO_LABELS);
}

/* The attached interfaces, each once. Owned by the caller. */
static struct iface *attached(const struct scrape *sc, size_t *n)
{
	struct iface *v = (struct iface *)xcalloc(sc->programs.n, sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < sc->programs.n; i++) {
		const struct hook_program *p = &sc->programs.v[i];
		bool seen = p->gone;

		for (size_t k = 0; k < *n; k++)
			seen |= v[k].index == p->ifindex;
		if (!seen && !iface_get(NULL, p->ifindex, &v[*n], NULL))
			++*n;
	}
	return v;
}

static void add_interfaces(struct scrape *sc)
{
	static const struct {
		const char *name, *help;
		bool bytes;
	} families[] = {
		{ "fwctl_interface_packets_total", "Packets of an attached interface, as the kernel counts them", false },
		{ "fwctl_interface_bytes_total", "Bytes of an attached interface, as the kernel counts them", true },
	};
	size_t n;
	_cleanup_free_ struct iface *v = attached(sc, &n);

	metric_family(&sc->m, "fwctl_interface_attached", METRIC_GAUGE, "How fwctl is attached to an interface");
	for (size_t i = 0; i < sc->programs.n; i++) {
		const struct hook_program *p = &sc->programs.v[i];

		if (!p->gone)
			metric_sample(&sc->m, 1,
				      LABELS({ "interface", p->ifname }, { "direction", direction_text(hook_direction(p->hook)) },
					     { "kind", attach_kind_text(p->kind) }));
	}
	for (size_t f = 0; f < ARRAY_COUNT(families); f++) {
		metric_family(&sc->m, families[f].name, METRIC_COUNTER, families[f].help);
		for (size_t i = 0; i < n; i++)
			for (int d = 0; d < DIRECTION_COUNT; d++)
				metric_sample(&sc->m, families[f].bytes ? v[i].bytes[d] : v[i].packets[d],
					      LABELS({ "interface", v[i].name },
						     { "direction", direction_text((enum direction)d) }));
	}
}

static int gather(struct scrape *sc, char **err)
{
	int rc = hook_list(&sc->s.in, &sc->programs, err);

	rc = rc ?: live_open_counted(&sc->s, &sc->live, &sc->counts, err);
	rc = rc ?: live_parse(&sc->live, &sc->rules, err);
	rc = rc ?: flow_list_read(&sc->s, NULL, &sc->fill, err);
	rc = rc ?: export_counts(&sc->s, &sc->exported, err);
	sc->exports = rc == 1;
	return rc < 0 ? rc : 0;
}

static int write_all(struct scrape *sc, char **err)
{
	int rc;

	metric_family(&sc->m, "fwctl_info", METRIC_GAUGE, "Version of the fwctl that wrote this");
	metric_sample(&sc->m, 1, LABELS({ "version", FWCTL_VERSION }, { "contract", contract_text() }));
	add_rules(sc);
	rc = add_verdicts(sc);
	rc = rc ?: add_flows(sc);
	rc = rc ?: add_events(sc);
	add_export(sc);
	add_ruleset(sc);
	add_interfaces(sc);
	metrics_end(&sc->m);
	return rc ? FAIL(err, rc, "counters: %s", strerror(-rc)) : 0;
}

int cmd_metrics(struct cli *cli, int argc, char **argv)
{
	_cleanup_(scrape_free) struct scrape sc = { .cli = cli, .s = state_none(), .live = live_none() };
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	bool strict = false;
	const struct cli_option options[] = { { "strict", &strict, NULL }, { NULL, NULL, NULL } };
	int status = cli_options(cli, options, &argc, argv), rc;
	char *err = NULL;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "metrics takes no arguments");
	status = cli_state(cli, &sc.s, 0, 0);
	if (status)
		return status;
	metrics_begin(&sc.m, cli->json ? METRICS_JSON : strict ? METRICS_STRICT : METRICS_TEXT, &b);
	rc = gather(&sc, &err);
	rc = rc ?: write_all(&sc, &err);
	if (rc)
		return cli_fail(err);
	fputs(b.str, stdout);
	return EXIT_DONE;
}
