/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl status, version. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include "cmd.h"
#include "contract.h"
#include "events.h"
#include "export.h"
#include "flowlist.h"
#include "hook.h"
#include "ifaces.h"
#include "live.h"
#include "netns.h"

struct report {
	struct cli *cli;
	struct state s;
	struct hook_programs programs;
	struct ruleset_info ruleset;
	struct flow_fill fill;
	__u64 capacity, lost[LOSS_COUNT], drops[REASON_COUNT];
	struct event_totals events;
	struct export_state exported;
	bool exports; /* there has been a collector */
	unsigned int readers;
};

static void report_free(struct report *st)
{
	hook_programs_free(&st->programs);
	state_close(&st->s);
}

static int read_counters(struct report *st)
{
	struct counters c = { 0, 0 };
	int rc = 0;

	for (int i = 0; !rc && i < LOSS_COUNT; i++) {
		rc = fw_losses_sum(st->s.maps.fw_losses, (loss_id_t){ (__u32)i }, &c);
		st->lost[i] = c.packets;
	}
	for (int d = 0; !rc && d < DIRECTION_COUNT; d++)
		for (int v = VERDICT_DROP; !rc && v < VERDICT_COUNT; v++)
			for (int r = 0; !rc && r < REASON_COUNT; r++) {
				rc = fw_tally_sum(st->s.maps.fw_tally,
						  tally_of((enum direction)d, (enum verdict)v, (enum reason)r), &c);
				st->drops[r] += c.packets;
			}
	return rc;
}

static int read_status(struct report *st, char **err)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	int rc = hook_list(&st->s.in, &st->programs, err);

	rc = rc ?: live_open(&st->s, &live, err);
	rc = rc ?: flow_list_read(&st->s, NULL, &st->fill, err);
	rc = rc ?: export_counts(&st->s, &st->exported, err);
	if (rc < 0)
		return rc;
	st->exports = rc;
	st->ruleset = live.info;
	st->capacity = (__u64)st->s.cfg.buckets * WAYS;
	rc = read_counters(st);
	rc = rc ?: events_totals(&st->s.maps, &st->events);
	rc = rc ?: events_readers(&st->s.maps, &st->readers);
	if (rc)
		*err = xasprintf("status: %s", strerror(-rc));
	return rc;
}

/* How a direction of an interface is attached, or NULL. */
static const char *kind_at(const struct report *st, unsigned int ifindex, enum direction d)
{
	for (size_t i = 0; i < st->programs.n; i++)
		if (st->programs.v[i].ifindex == ifindex && hook_direction(st->programs.v[i].hook) == d)
			return attach_kind_text(st->programs.v[i].kind);
	return NULL;
}

/* The next interface in the list behind *i, each once. NULL at the end. */
static const struct hook_program *next_iface(const struct report *st, size_t *i)
{
	for (; *i < st->programs.n; ++*i) {
		const struct hook_program *p = &st->programs.v[*i];
		bool seen = false;

		for (size_t k = 0; k < *i; k++)
			seen |= st->programs.v[k].ifindex == p->ifindex;
		if (!seen) {
			++*i;
			return p;
		}
	}
	return NULL;
}

static void json_tally(struct json *j, const char *key, const struct export_tally *t)
{
	json_key(j, key);
	json_object(j);
	json_key_uint(j, "records", t->records);
	json_key_uint(j, "packets", t->packets);
	json_key_uint(j, "bytes", t->bytes);
	json_end_object(j);
}

static void json_export(struct json *j, const struct export_state *st)
{
	json_key(j, "export");
	json_object(j);
	for (int k = 0; k < SINK_COUNT; k++) {
		json_key(j, sink_kind_text((enum sink_kind)k));
		json_object(j);
		json_tally(j, "sent", &st->sent[k]);
		json_tally(j, "queued", &st->queued[k]);
		json_tally(j, "lost", &st->lost[k]);
		json_end_object(j);
	}
	json_tally(j, "unseen", &st->unseen);
	json_end_object(j);
}

static void print_json(const struct report *st)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	const struct hook_program *p;
	size_t i = 0;
	struct json j;

	json_init(&j, &b);
	json_object(&j);
	json_key(&j, "interfaces");
	json_array(&j);
	while ((p = next_iface(st, &i))) {
		if (p->gone)
			continue;
		json_object(&j);
		json_key_string(&j, "name", p->ifname);
		json_key_string(&j, "ingress", kind_at(st, p->ifindex, DIRECTION_IN));
		json_key_string(&j, "egress", kind_at(st, p->ifindex, DIRECTION_OUT));
		json_end_object(&j);
	}
	json_end_array(&j);
	json_key(&j, "ruleset");
	json_object(&j);
	json_key_uint(&j, "rules", st->ruleset.rules);
	json_key_uint(&j, "id", st->ruleset.id);
	json_end_object(&j);
	json_key(&j, "flows");
	json_object(&j);
	json_key_uint(&j, "confirmed", st->fill.confirmed);
	json_key_uint(&j, "unconfirmed", st->fill.unconfirmed);
	json_key_uint(&j, "capacity", st->capacity);
	for (int l = 0; l < LOSS_COUNT; l++)
		json_key_uint(&j, loss_text((enum loss)l), st->lost[l]);
	json_end_object(&j);
	json_key(&j, "drops");
	json_object(&j);
	for (int r = 0; r < REASON_COUNT; r++)
		json_key_uint(&j, reason_text((enum reason)r), st->drops[r]);
	json_end_object(&j);
	json_key(&j, "events");
	json_object(&j);
	json_key_uint(&j, "sent", st->events.sent);
	json_key_uint(&j, "lost", st->events.lost);
	json_key_uint(&j, "unreported", st->events.unreported);
	json_key_uint(&j, "readers", st->readers);
	json_end_object(&j);
	if (st->exports)
		json_export(&j, &st->exported);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
}

static void print_gone(const struct report *st, unsigned int ifindex)
{
	struct iface_slot slot;
	const char *name = iface_slot_of(&st->s, ifindex, &slot) ? "" : iface_name_of(&st->s, slot.id);

	if (name[0])
		printf("interface %s: gone (fwctl attach %s, when there is one of that name again)\n", name, name);
	else
		printf("interface number %u: gone (fwctl attach, when it is there again)\n", ifindex);
}

static void print_text(const struct report *st)
{
	const struct hook_program *p;
	size_t i = 0;
	bool any = false;

	while ((p = next_iface(st, &i))) {
		const char *in = kind_at(st, p->ifindex, DIRECTION_IN), *out = kind_at(st, p->ifindex, DIRECTION_OUT);

		any = true;
		if (p->gone)
			print_gone(st, p->ifindex);
		else
			printf("interface %s: in %s, out %s\n", p->ifname, in ? in : "not attached", out ? out : "not attached");
	}
	if (!any)
		printf("no interface is attached (fwctl attach IFACE)\n");
	if (!st->ruleset.id)
		return;
	printf("ruleset %u: %u rule%s\n", st->ruleset.id, st->ruleset.rules, st->ruleset.rules == 1 ? "" : "s");
	printf("flows: %llu confirmed, %llu unconfirmed, of %llu; %llu evicted", st->fill.confirmed, st->fill.unconfirmed,
	       st->capacity, st->lost[LOSS_EVICTED]);
	for (int l = LOSS_EVICTED + 1; l < LOSS_COUNT; l++)
		printf(", %llu %s", st->lost[l], loss_text((enum loss)l));
	printf("\ndrops:");
	any = false;
	for (int r = 0; r < REASON_COUNT; r++) {
		if (!st->drops[r])
			continue;
		printf("%s %s %llu", any ? "," : "", reason_text((enum reason)r), st->drops[r]);
		any = true;
	}
	printf(any ? "\n" : " none\n");
	printf("events: %llu sent, %llu lost, %llu unreported; %u reader%s\n", st->events.sent, st->events.lost,
	       st->events.unreported, st->readers, st->readers == 1 ? "" : "s");
	if (!st->exports)
		return;
	printf("export:");
	for (int k = 0; k < SINK_COUNT; k++)
		printf(" %s %llu records sent, %llu queued, %llu lost;", sink_kind_text((enum sink_kind)k),
		       st->exported.sent[k].records, st->exported.queued[k].records, st->exported.lost[k].records);
	printf(" %llu flows ended unseen\n", st->exported.unseen.records);
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	_cleanup_(report_free) struct report st = { .cli = cli, .s = state_none() };
	char *err = NULL;
	int status = cli_options(cli, NULL, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "status takes no arguments");
	rc = instance_privileged(&err);
	if (!rc && cli->netns)
		rc = netns_enter(cli->netns, NULL, &err);
	if (rc)
		return cli_fail(err);
	rc = state_open(&st.s, 0, 0, &err);
	if (rc == -ENOENT && st.s.in.lock_fd < 0) { /* no instance: nothing is attached, which is an answer */
		free(err);
		err = NULL;
		rc = 0;
	} else {
		rc = rc ?: read_status(&st, &err);
	}
	if (rc)
		return cli_fail(err);
	if (cli->json)
		print_json(&st);
	else
		print_text(&st);
	return EXIT_DONE;
}

/* --- version -------------------------------------------------------------------------------------- */

/* Kernels with TCX know its attach types when asked about an interface (lo is 1 everywhere). */
static bool kernel_has_tcx(void)
{
	enum { TCX_EGRESS = 47 };
	__u32 n = 0;

	return !bpf_prog_query(1, (enum bpf_attach_type)TCX_EGRESS, 0, NULL, NULL, &n);
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct utsname kernel;
	bool allowed;
	struct json j;
	int status = cli_options(cli, NULL, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "version takes no arguments");
	uname(&kernel);
	allowed = !instance_privileged(NULL);
	if (!cli->json) {
		printf("fwctl %s, contract %s, kernel %s\n", FWCTL_VERSION, contract_text(), kernel.release);
		if (allowed)
			printf("TCX: %s; XDP frames of several buffers: %s\n", kernel_has_tcx() ? "yes" : "no, clsact instead",
			       kernel_has_frags() ? "yes" : "no");
		else
			printf("what the kernel offers is told to root only\n");
		return EXIT_DONE;
	}
	json_init(&j, &b);
	json_object(&j);
	json_key_string(&j, "version", FWCTL_VERSION);
	json_key_string(&j, "contract", contract_text());
	json_key_string(&j, "kernel", kernel.release);
	if (allowed) {
		json_key(&j, "features");
		json_object(&j);
		json_key_bool(&j, "tcx", kernel_has_tcx());
		json_key_bool(&j, "xdp_frags", kernel_has_frags());
		json_end_object(&j);
	}
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
	return EXIT_DONE;
}
