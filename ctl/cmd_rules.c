/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl apply, list. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "apply.h"
#include "cmd.h"
#include "guard.h"
#include "ifaces.h"
#include "live.h"
#include "parse.h"
#include "salvage.h"
#include "print.h"
#include "sets.h"

/* --- apply ---------------------------------------------------------------------------------------- */

static bool uses_vlan(const struct ruleset *rs)
{
	for (size_t i = 0; i < rs->nrules; i++)
		if (rs->rules[i].vlan.n || rs->rules[i].inner_vlan.n)
			return true;
	return false;
}

/* Rules that cannot match as things are: VLAN tags that the NIC takes off, interfaces that are not there. */
static void warn_of_ifaces(const struct cli *cli, const struct state *s, const struct ruleset *rs)
{
	for (__u32 i = 0; uses_vlan(rs) && i < IFACE_SLOTS; i++) {
		struct iface_slot slot;

		if (fw_ifaces_get(s->maps.fw_ifaces, (iface_place_t){ i }, &slot) || !slot.ifindex ||
		    !(slot.flags & IFACE_STRIPS_VLAN))
			continue;
		cli_note(
			cli,
			"%s: takes VLAN tags off before XDP sees them, `vlan` cannot match there (ethtool -K %s rxvlan off, then "
			"attach again)",
			s->names[slot.id.raw].name, s->names[slot.id.raw].name);
	}
	for (size_t i = 0; i < rs->nrules; i++)
		for (size_t k = 0; k < rs->rules[i].on.n; k++)
			if (!if_nametoindex(rs->rules[i].on.v[k]))
				cli_note(cli, "rule %zu: there is no interface %s now", i + 1, rs->rules[i].on.v[k]);
}

static void print_applied(const struct cli *cli, const struct apply_result *r, size_t rules)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	if (r->flows_ignored)
		cli_note(cli,
			 "option flows: the table has %u flows already (fwctl detach --all --purge, then apply ahead of attach, "
			 "makes it anew)",
			 r->flows);
	if (!cli->json) {
		if (!cli->quiet)
			printf("%s%zu rule%s live%s\n", r->unchanged ? "unchanged: " : "", rules, rules == 1 ? " is" : "s are",
			       r->unchanged ? " already" : "");
		return;
	}
	json_init(&j, &b);
	json_object(&j);
	json_key_bool(&j, "unchanged", r->unchanged);
	json_key_uint(&j, "rules", rules);
	json_key_uint(&j, "id", r->id);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
}

static int apply(const struct cli *cli, const struct ruleset *rs, bool dry_run, bool force)
{
	_cleanup_state_ struct state s = state_none();
	struct apply_result result = { .unchanged = false };
	_cleanup_free_ char *note = NULL;
	char *err = NULL;
	int status = cli_state(cli, &s, INSTANCE_CREATE | INSTANCE_LOCK, rs->options.flows), rc;

	if (status)
		return status;
	(void)ifaces_refresh(&s); /* whether tags are stripped may have been changed since attach */
	rc = force ? 0 : guard_session(&s, rs, false, &note, &err);
	if (!rc)
		rc = dry_run ? apply_dry_run(&s, rs, &err) : apply_ruleset(&s, rs, 0, &result, &err);
	if (rc || dry_run) {
		if (s.created)
			(void)instance_purge(&s.in, NULL);
		if (rc)
			return cli_refused(err, rc);
	}
	if (note)
		cli_note(cli, "%s", note);
	if (!rs->nrules && !rs->defaults.given[DIRECTION_IN] && !rs->defaults.given[DIRECTION_OUT])
		cli_note(cli, "no rule, and no default: all packets pass");
	if (!dry_run) {
		if (result.counters_late)
			cli_note(cli, "the counters lack what was counted while the rules were swapped");
		warn_of_ifaces(cli, &s, rs);
		print_applied(cli, &result, rs->nrules);
	} else if (cli->json) {
		printf("{\"dry_run\":true,\"rules\":%zu}\n", rs->nrules);
	} else if (!cli->quiet) {
		printf("%zu rule%s would be live (nothing was changed)\n", rs->nrules, rs->nrules == 1 ? "" : "s");
	}
	return EXIT_DONE;
}

int cmd_apply(struct cli *cli, int argc, char **argv)
{
	bool dry_run = false, force = false;
	const struct cli_option options[] = {
		{ "dry-run", &dry_run, NULL },
		{ "force", &force, NULL },
		{ NULL, NULL, NULL },
	};
	struct ruleset rs = { .nrules = 0 };
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc != 1)
		return cli_wrong(cli, "apply takes one rules file, or - for standard input");
	status = cli_ruleset(cli, argv[0], &rs);
	status = status ?: apply(cli, &rs, dry_run, force);
	ruleset_free(&rs);
	return status;
}

/* --- list ----------------------------------------------------------------------------------------- */

struct listing {
	struct state s;
	struct live_ruleset live;
	struct ruleset rs;
	struct counters *counts; /* by rule_slot_t; NULL: not wanted */
};

static void listing_free(struct listing *l)
{
	free(l->counts);
	ruleset_free(&l->rs);
	live_close(&l->live);
	state_close(&l->s);
}

static void json_default(struct json *j, const struct defaults *d, enum direction dir)
{
	_cleanup_free_ char *text = xasprintf("%s%s", verdict_text(d->verdict[dir]), d->stateless[dir] ? " stateless" : "");

	json_key_string(j, direction_text(dir), text);
}

static void list_defaults(struct json *j, const struct defaults *d)
{
	json_key(j, "defaults");
	json_object(j);
	json_default(j, d, DIRECTION_IN);
	json_default(j, d, DIRECTION_OUT);
	json_key_string(j, "malformed", d->malformed_given ? verdict_text(d->malformed) : NULL);
	json_key_string(j, "nonip", verdict_text(d->nonip));
	json_key_string(j, "nd", d->nd_by_rules ? "rules" : "pass");
	json_end_object(j);
}

static int list_json(const struct listing *l)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	json_init(&j, &b);
	json_object(&j);
	list_defaults(&j, &l->rs.defaults);
	json_key(&j, "rules");
	json_array(&j);
	for (size_t i = 0; i < l->rs.nrules; i++) {
		const struct rule *r = &l->rs.rules[i];
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		struct counters c = l->counts[RULE_SLOT_FIRST + i];

		rule_print(&l->rs, r, &text);
		json_object(&j);
		json_key_uint(&j, "number", i + 1);
		json_key_string(&j, "text", text.str);
		json_key_uint(&j, "packets", c.packets);
		json_key_uint(&j, "bytes", c.bytes);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_key(&j, "sets");
	json_array(&j);
	for (size_t i = 0; i < l->rs.nsets; i++) {
		json_object(&j);
		json_key_string(&j, "name", l->rs.sets[i].name);
		json_key_string(&j, "type", set_type_text(l->rs.sets[i].type));
		json_key_uint(&j, "elements", set_count(&l->s.maps, l->live.info.set[i], l->rs.sets[i].type));
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	json_done(&j);
	cli_print_json(&b);
	return EXIT_DONE;
}

static void print_counters(struct counters c) { printf("  # packets %llu bytes %llu\n", c.packets, c.bytes); }

/* The canonical text; behind rules and policies their counters, as comments. */
static int list_counters(const struct listing *l)
{
	const struct counters *rule = &l->counts[RULE_SLOT_FIRST];

	for (const char *p = l->live.text; *p; p += strcspn(p, "\n") + 1) {
		int n = (int)strcspn(p, "\n");
		bool in = !strncmp(p, "default in ", 11), out = !strncmp(p, "default out ", 12);

		printf("%.*s", n, p);
		if (in || out)
			print_counters(l->counts[in ? DIRECTION_IN : DIRECTION_OUT]);
		else if (strncmp(p, "default ", 8) && strncmp(p, "option ", 7) && strncmp(p, "set ", 4))
			print_counters(*rule++);
		else
			printf("\n");
	}
	return EXIT_DONE;
}

/* Rules of which we can give no more than the text, so that they can be kept; `refusal` (taken over) tells what is the matter. */
static int list_no_more_than(const struct cli *cli, const char *text, char *refusal)
{
	fputs(text, stdout);
	cli_note(cli, "%s", refusal);
	free(refusal);
	return EXIT_DONE;
}

/* Rules that another version made live, whose maps are not ours. */
static int list_of_another(const struct cli *cli, const struct state *s, char *refusal)
{
	_cleanup_free_ char *text = NULL;
	char *err = NULL;

	if (salvage_text(&s->in, &text, &err)) {
		free(refusal);
		return cli_fail(err);
	}
	return list_no_more_than(cli, text, refusal);
}

int cmd_list(struct cli *cli, int argc, char **argv)
{
	_cleanup_(listing_free) struct listing l = { .s = state_none(), .live = live_none() };
	bool counters = false, plain;
	const struct cli_option options[] = { { "counters", &counters, NULL }, { NULL, NULL, NULL } };
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv), rc;

	if (status != OPTIONS_TAKEN)
		return status;
	if (argc)
		return cli_wrong(cli, "list takes no arguments");
	plain = !cli->json && !counters;
	rc = cli_state_try(cli, &l.s, 0, 0, &err);
	rc = rc ?: plain ? live_open(&l.s, &l.live, &err) : live_open_counted(&l.s, &l.live, &l.counts, &err);
	if (rc == -EPROTO && plain)
		return list_of_another(cli, &l.s, err);
	if (rc)
		return cli_fail(err);
	if (live_parse(&l.live, &l.rs, &err))
		return plain ? list_no_more_than(cli, l.live.text, err) : cli_fail(err);
	if (cli->json)
		return list_json(&l);
	if (counters)
		return list_counters(&l);
	fputs(l.live.text, stdout);
	return EXIT_DONE;
}
