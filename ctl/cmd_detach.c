/* SPDX-License-Identifier: GPL-2.0 */
/* fwctl detach. */
#include <errno.h>
#include <stdio.h>
#include "cmd.h"
#include "hook_change.h"
#include "ifaces.h"
#include "netns.h"

struct detached {
	struct cli *cli;
	struct instance in;
	struct hook_changes changes;
	struct strbuf out;
	size_t n;
};

static void detached_free(struct detached *d)
{
	strbuf_free(&d->out);
	hook_changes_free(&d->changes);
	instance_close(&d->in);
}

static int detach_hook(struct detached *d, unsigned int ifindex, const char *name, enum hook hook, char **err)
{
	int rc = hook_change_detach(&d->changes, &d->in, ifindex, hook, err);

	if (rc)
		return rc;
	d->n++;
	strbuf_add(&d->out, "%s: %s detached\n", name[0] ? name : "(gone)", direction_text(hook_direction(hook)));
	return 0;
}

static int detach_all(struct detached *d, char **err)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };
	int rc = hook_list(&d->in, &p, err);

	for (size_t i = 0; !rc && i < p.n; i++)
		rc = detach_hook(d, p.v[i].ifindex, p.v[i].ifname, p.v[i].hook, err);
	return rc;
}

/* By name: each is found before the first is detached, so that a wrong name changes nothing. */
static int detach_named(struct detached *d, int argc, char **argv, char **err)
{
	_cleanup_hook_programs_ struct hook_programs p = { .v = NULL };
	_cleanup_free_ bool *wanted = NULL;
	int rc = hook_list(&d->in, &p, err);

	wanted = (bool *)xcalloc(p.n, sizeof(*wanted));
	for (int a = 0; !rc && a < argc; a++) {
		struct iface ifc;
		bool found = false;

		rc = iface_get(argv[a], 0, &ifc, err);
		for (size_t i = 0; !rc && i < p.n; i++)
			if (p.v[i].ifindex == ifc.index)
				found = wanted[i] = true;
		if (!rc && !found) {
			*err = xasprintf("%s: nothing of fwctl is attached (fwctl status)", argv[a]);
			rc = -ENOENT;
		}
	}
	for (size_t i = 0; !rc && i < p.n; i++)
		if (wanted[i])
			rc = detach_hook(d, p.v[i].ifindex, p.v[i].ifname, p.v[i].hook, err);
	return rc;
}

/* The interface table forgets who is attached no longer. */
static void forget_ifaces(struct detached *d)
{
	_cleanup_state_ struct state s = state_none();

	instance_close(&d->in);
	if (!state_open(&s, INSTANCE_LOCK, 0, NULL))
		(void)ifaces_refresh(&s);
}

static int detach_run(struct detached *d, bool all, bool purge, int argc, char **argv)
{
	char *err = NULL;
	int rc = instance_privileged(&err);

	if (!rc && d->cli->netns)
		rc = netns_enter(d->cli->netns, NULL, &err);
	if (rc)
		return cli_fail(err);
	rc = instance_open(&d->in, INSTANCE_LOCK, &err);
	if (rc == -ENOENT && all) { /* nothing is what was asked for */
		free(err);
		return EXIT_DONE;
	}
	if (!rc)
		rc = all ? detach_all(d, &err) : detach_named(d, argc, argv, &err);
	if (rc)
		(void)hook_changes_undo(&d->changes, &d->in, &err);
	else if (!d->cli->quiet && !d->cli->json && d->n)
		fputs(d->out.str, stdout);
	if (!rc && purge)
		rc = instance_purge(&d->in, &err);
	else if (!rc)
		forget_ifaces(d);
	if (rc)
		return cli_fail(err);
	free(err);
	return EXIT_DONE;
}

int cmd_detach(struct cli *cli, int argc, char **argv)
{
	_cleanup_(detached_free) struct detached d = { .cli = cli, .in = INSTANCE_CLOSED };
	bool all = false, purge = false;
	const struct cli_option options[] = {
		{ "all", &all, NULL },
		{ "purge", &purge, NULL },
		{ NULL, NULL, NULL },
	};
	int status = cli_options(cli, options, &argc, argv);

	if (status != OPTIONS_TAKEN)
		return status;
	if (all == (argc > 0))
		return cli_wrong(cli, all ? "--all and names of interfaces exclude each other"
					  : "detach takes the names of interfaces, or --all");
	if (purge && !all)
		return cli_wrong(cli, "--purge goes with --all");
	status = detach_run(&d, all, purge, argc, argv);
	if (!status && cli->json)
		printf("{\"detached\":%zu}\n", d.n);
	return status;
}
