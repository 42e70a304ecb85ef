/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl attach. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "apply.h"
#include "cmd.h"
#include "fail.h"
#include "guard.h"
#include "hook_change.h"
#include "ifaces.h"
#include "live.h"
#include "seed.h"

struct attach {
	struct cli *cli;
	struct state state;
	struct seeder seeder;
	enum xdp_mode mode;
	bool ingress_only, force, no_seed;
	int root[ROOT_IN + 1]; /* descriptors of the root programs, -1 until they are needed */
	struct hook_changes changes;
	struct json json;
	struct strbuf out;
};

static void attach_free(struct attach *a)
{
	for (size_t i = 0; i < ARRAY_COUNT(a->root); i++)
		cleanup_close_fn(&a->root[i]);
	hook_changes_free(&a->changes);
	strbuf_free(&a->out);
	seeder_close(&a->seeder);
	state_close(&a->state);
}

static int root_of(struct attach *a, enum hook hook, char **err)
{
	static const enum root_program which[HOOK_COUNT] = {
		[HOOK_XDP_IN] = ROOT_XDP,
		[HOOK_TC_IN] = ROOT_IN,
		[HOOK_TC_OUT] = ROOT_OUT,
	};
	int *fd = &a->root[which[hook]], rc = *fd < 0 && hook == HOOK_TC_IN ? apply_for_tc_ingress(&a->state, err) : 0;

	if (rc)
		return rc;
	if (*fd < 0)
		*fd = root_load(&a->state.maps, which[hook], err);
	return *fd;
}

static bool is_attached(const struct attach *a, const struct iface *ifc, enum hook hook)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };

	if (hook_query(&a->state.in, ifc, hook, &p, NULL))
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (p.v[i].ours)
			return true;
	return false;
}

static int attach_hook(struct attach *a, const struct iface *ifc, enum hook hook, enum attach_kind *kind, char **err)
{
	struct hook_request rq = { .hook = hook, .prog_fd = root_of(a, hook, err), .xdp_mode = a->mode, .force = a->force };
	_cleanup_free_ char *note = NULL;
	int rc = rq.prog_fd < 0 ? rq.prog_fd : hook_change_attach(&a->changes, &a->state.in, ifc, &rq, kind, &note, err);

	if (!rc && note)
		cli_note(a->cli, "%s", note);
	return rc;
}

static void report(struct attach *a, const struct iface *ifc, enum attach_kind in, const enum attach_kind *out)
{
	if (!a->cli->json) {
		strbuf_add(&a->out, "%s: in by %s", ifc->name, attach_kind_text(in));
		strbuf_add(&a->out, out ? ", out by %s\n" : "\n", out ? attach_kind_text(*out) : "");
		return;
	}
	json_object(&a->json);
	json_key_string(&a->json, "name", ifc->name);
	json_key_string(&a->json, "ingress", attach_kind_text(in));
	json_key_string(&a->json, "egress", out ? attach_kind_text(*out) : NULL);
	json_end_object(&a->json);
}

/* On the way in packets are judged once: what another mode attached before goes. */
static int attach_in(struct attach *a, const struct iface *ifc, enum attach_kind *kind, char **err)
{
	enum hook hook = a->mode == XDP_MODE_TC ? HOOK_TC_IN : HOOK_XDP_IN, other;
	int rc = attach_hook(a, ifc, hook, kind, err);

	if (rc == -EOPNOTSUPP && a->mode == XDP_MODE_AUTO) {
		cli_note(a->cli, "%s: takes no XDP; incoming packets are judged at TC ingress", ifc->name);
		hook = HOOK_TC_IN;
		rc = attach_hook(a, ifc, hook, kind, err);
	}
	other = hook == HOOK_TC_IN ? HOOK_XDP_IN : HOOK_TC_IN;
	return !rc && is_attached(a, ifc, other) ? hook_change_detach(&a->changes, &a->state.in, ifc->index, other, err) : rc;
}

static int attach_iface(struct attach *a, const struct iface *ifc, char **err)
{
	bool strips = a->mode != XDP_MODE_TC && ifc->link == LINK_ETHER && iface_strips_vlan(ifc);
	enum attach_kind in, out;
	int rc = iface_enter(&a->state, ifc, strips, err);

	rc = rc ?: attach_in(a, ifc, &in, err);
	if (!rc && strips && (in == ATTACH_TCX || in == ATTACH_CLSACT)) { /* where the tag is at hand */
		strips = false;
		rc = iface_enter(&a->state, ifc, strips, err);
	}
	if (!rc && !a->ingress_only)
		rc = attach_hook(a, ifc, HOOK_TC_OUT, &out, err);
	if (rc)
		return rc;
	if (strips)
		cli_note(a->cli,
			 "%s: takes VLAN tags off before XDP sees them, so its flows have vlan 0 and `vlan` "
			 "cannot match (ethtool -K %s rxvlan off, then attach again)",
			 ifc->name, ifc->name);
	if (ifc->veth && in == ATTACH_XDP_NATIVE && a->mode == XDP_MODE_AUTO)
		cli_note(a->cli,
			 "%s: on a veth, XDP in the driver has large packets taken apart, and TCP comes in slower (--mode tc "
			 "leaves them whole)",
			 ifc->name);
	report(a, ifc, in, a->ingress_only ? NULL : &out);
	return 0;
}

/* What this command made goes, and what was there before is as it was; what is not is said behind *err. */
static void take_back(struct attach *a, char **err)
{
	(void)hook_changes_undo(&a->changes, &a->state.in, err);
	(void)ifaces_refresh(&a->state);
	if (a->state.created)
		(void)instance_purge(&a->state.in, NULL);
}

static bool is_listed(const struct iface *v, int n, unsigned int index)
{
	while (n--)
		if (v[n].index == index)
			return true;
	return false;
}

/* The interfaces of these names, each once. */
static int find_all(struct attach *a, int n, char **names, struct iface *v, int *count, char **err)
{
	int rc = hook_sweep(&a->state.in, NULL, err);

	if (!rc && ifaces_refresh(&a->state))
		rc = FAIL(err, -EIO, "the interface table cannot be read");
	for (int i = 0; !rc && i < n; i++) {
		rc = iface_get(names[i], 0, &v[*count], err);
		if (!rc && !v[*count].link_known)
			rc = FAIL(err, -EOPNOTSUPP,
				  "%s: interfaces of type %u are not supported (Ethernet and IP devices "
				  "are)",
				  v[*count].name, v[*count].type);
		*count += !rc && !is_listed(v, *count, v[*count].index);
	}
	return rc;
}

/* With --ingress-only nothing is on the way out, also where an attach before put it there. */
static int detach_out(struct attach *a, const struct iface *ifc, char **err)
{
	int rc;

	if (!a->ingress_only || !is_attached(a, ifc, HOOK_TC_OUT))
		return 0;
	rc = hook_change_detach(&a->changes, &a->state.in, ifc->index, HOOK_TC_OUT, err);
	if (!rc && !a->cli->json)
		strbuf_add(&a->out, "%s: out detached\n", ifc->name);
	return rc;
}

/* All that can fail, from what may change the least to what may change the most. */
static int attach_and_seed(struct attach *a, const struct iface *v, int n, char **note, char **err)
{
	const struct guard_attach how = { .seeds = !a->no_seed, .egress = !a->ingress_only };
	_cleanup_free_ unsigned int *fresh = (unsigned int *)xcalloc((size_t)n, sizeof(*fresh));
	int rc;

	for (int i = 0; i < n; i++)
		fresh[i] = v[i].index;
	rc = seeder_open(&a->seeder, &a->state, fresh, (size_t)n, a->mode == XDP_MODE_TC, err);
	if (!rc && !a->force)
		rc = guard_attach(&a->seeder, how, note, err);
	/* Connections that are there become flows before the first packet is judged; then those that began meanwhile. */
	if (!rc && how.seeds)
		rc = seeder_run(&a->seeder, err);
	for (int i = 0; !rc && i < n; i++)
		rc = attach_iface(a, &v[i], err);
	if (!rc && how.seeds)
		rc = seeder_run(&a->seeder, err);
	rc = rc || !a->seeder.report.count[SEEDING_MADE] ? rc : apply_for_seeded(&a->state, err);
	/* Last: until it is put back, nothing judges what goes out. */
	for (int i = 0; !rc && i < n; i++)
		rc = detach_out(a, &v[i], err);
	return rc;
}

/* What could not be kept is told, in words and numbers. */
static void report_seeded(struct attach *a)
{
	const struct seed_report *r = &a->seeder.report;
	size_t lost = r->count[SEEDING_TABLE_FULL] + r->count[SEEDING_CONTENDED];

	if (lost)
		cli_note(a->cli,
			 "%zu connections of this host are not taken over (no room in the table %zu, busy %zu): a default that "
			 "drops "
			 "cuts them (fwctl detach --all --purge, then attach --flows N, makes a larger table)",
			 lost, r->count[SEEDING_TABLE_FULL], r->count[SEEDING_CONTENDED]);
	if (r->no_tcp || r->no_udp)
		cli_note(a->cli, "this kernel does not list %s sockets (no %s): connections that are there have no flows",
			 !r->no_udp  ? "TCP"
			 : r->no_tcp ? "TCP and UDP"
				     : "UDP",
			 r->no_tcp ? "tcp_diag" : "udp_diag");
	if (!a->cli->json) {
		if (r->count[SEEDING_MADE])
			strbuf_add(&a->out, "%zu connection%s of this host taken over\n", r->count[SEEDING_MADE],
				   r->count[SEEDING_MADE] == 1 ? "" : "s");
		return;
	}
	json_key(&a->json, "seeded");
	json_object(&a->json);
	for (int i = 0; i < SEEDING_FAULT; i++)
		json_key_uint(&a->json, seeding_text((enum seeding)i), r->count[i]);
	json_end_object(&a->json);
}

static int attach_all(struct attach *a, int n, char **names)
{
	_cleanup_free_ struct iface *v = (struct iface *)xcalloc((size_t)n, sizeof(*v));
	_cleanup_free_ char *note = NULL;
	char *err = NULL;
	int count = 0, rc = find_all(a, n, names, v, &count, &err);

	if (a->cli->json) {
		json_init(&a->json, &a->out);
		json_object(&a->json);
		json_key(&a->json, "interfaces");
		json_array(&a->json);
	}
	rc = rc ?: attach_and_seed(a, v, count, &note, &err);
	if (rc) {
		take_back(a, &err);
		return cli_fail(err);
	}
	if (note)
		cli_note(a->cli, "%s", note);
	if (a->cli->json)
		json_end_array(&a->json);
	report_seeded(a);
	if (a->cli->json) {
		json_end_object(&a->json);
		json_done(&a->json);
		strbuf_add(&a->out, "\n");
	}
	if (a->cli->json || !a->cli->quiet)
		fputs(a->out.str, stdout);
	return EXIT_DONE;
}

static int parse_mode(struct attach *a, const char *mode)
{
	for (int m = 0; m < XDP_MODE_COUNT; m++)
		if (!strcmp(mode, xdp_mode_text((enum xdp_mode)m))) {
			a->mode = (enum xdp_mode)m;
			return 0;
		}
	return cli_wrong(a->cli, "--mode: '%s' is not auto, native, generic or tc", mode);
}

static int parse_flows(const struct cli *cli, const char *text, __u32 *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || text[0] == '-' || n < FLOWS_MIN || n > FLOWS_MAX)
		return cli_wrong(cli, "--flows: '%s' is not a number from %d to %d", text, FLOWS_MIN, FLOWS_MAX);
	*out = (__u32)n;
	return 0;
}

int cmd_attach(struct cli *cli, int argc, char **argv)
{
	_cleanup_(attach_free) struct attach a = {
		.cli = cli, .state = state_none(), .seeder = SEEDER_CLOSED, .root = { -1, -1, -1 }
	};
	const char *mode = NULL, *flows_text = NULL;
	const struct cli_option options[] = {
		{ "mode", NULL, &mode },        { "ingress-only", &a.ingress_only, NULL }, { "force", &a.force, NULL },
		{ "flows", NULL, &flows_text }, { "no-seed", &a.no_seed, NULL },           { NULL, NULL, NULL },
	};
	__u32 flows = 0;
	char *err = NULL;
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (!argc)
		return cli_wrong(cli, "attach takes the names of interfaces");
	status = parse_mode(&a, mode ? mode : "auto");
	status = status ?: (flows_text ? parse_flows(cli, flows_text, &flows) : 0);
	status = status ?: cli_state(cli, &a.state, INSTANCE_CREATE | INSTANCE_LOCK, flows);
	if (status)
		return status;
	if (flows && (flows + WAYS - 1) / WAYS != a.state.cfg.buckets)
		cli_note(cli, "--flows: the table has %u flows already (fwctl detach --all --purge, then attach, makes it anew)",
			 a.state.cfg.buckets * WAYS);
	if (live_check(&a.state, &err))
		return cli_fail(err);
	return attach_all(&a, argc, argv);
}
