/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "contract.h"
#include "fail.h"
#include "live.h"
#include "object.h"
#include "parse.h"

/* How often a ruleset is opened anew: where it was replaced while its counters were read; while its bases are not complete, 5 ms each. */
enum { STALE_TRIES = 10, WAIT_TRIES = 200 };

struct live_ruleset live_none(void) { return (struct live_ruleset){ .maps = ruleset_maps_none(), .counts = slot_maps_none() }; }

void live_close(struct live_ruleset *l)
{
	ruleset_maps_close(&l->maps);
	slot_maps_close(&l->counts);
	free(l->text);
	*l = live_none();
}

static int open_maps(int prog_fd, struct live_ruleset *l, char **err)
{
	int rc = maps_of_program(prog_fd, &ruleset_group, &l->maps);

	rc = rc ?: maps_of_program(prog_fd, &slot_group, &l->counts);
	if (rc)
		return rc;
	if (l->maps.fw_ruleset.fd < 0 || l->maps.fw_text.fd < 0 || l->counts.fw_counts.fd < 0 || l->counts.fw_settings.fd < 0 ||
	    l->maps.fw_actions.fd < 0)
		return -ENOENT;
	rc = contract_check_group(&ruleset_group, &l->maps, "live ruleset", err);
	return rc ?: contract_check_group(&slot_group, &l->counts, "live ruleset", err);
}

int live_text(fw_text_t m, __u64 length, char **out)
{
	size_t n = (size_t)length, blocks = text_blocks(length);
	struct text_block *at = n ? fw_text_map(m, blocks) : NULL;

	if (n && !at)
		return -errno;
	*out = (char *)xmalloc(n + 1);
	if (n)
		memcpy(*out, at, n);
	(*out)[n] = '\0';
	fw_text_unmap(at, blocks);
	return 0;
}

static struct live_ruleset take(struct live_ruleset *l)
{
	const struct live_ruleset taken = *l;

	*l = live_none();
	return taken;
}

/* A descriptor of the live ruleset's program, or a negative errno; -ENOENT also where it was replaced while it was looked for. */
static int open_program(const struct state *s, struct live *live)
{
	__u32 id;
	int prog, rc = fw_live_get(s->maps.fw_live, live);

	rc = rc ?: fw_programs_xdp_id(s->maps.fw_programs_xdp, program_judge(live->slot), &id);
	if (rc)
		return rc;
	prog = bpf_prog_get_fd_by_id(id);
	return prog < 0 ? -errno : prog;
}

int live_open(const struct state *s, struct live_ruleset *out, char **err)
{
	_cleanup_live_ struct live_ruleset l = live_none();
	_cleanup_close_ int prog = -ENOENT;
	struct live live;
	int rc;

	for (int tries = 0; prog == -ENOENT && tries < STALE_TRIES; tries++)
		prog = open_program(s, &live);
	rc = prog < 0 ? prog : open_maps(prog, &l, err);
	rc = rc ?: fw_ruleset_get(l.maps.fw_ruleset, &l.info);
	rc = rc ?: live_text(l.maps.fw_text, l.info.text_length, &l.text);
	if (rc == -EPROTO) /* said already */
		return rc;
	if (rc)
		return FAIL(err, rc, "the live ruleset cannot be read: %s", strerror(-rc));
	l.slot = live.slot;
	l.settling = live.settling;
	*out = take(&l);
	return 0;
}

int live_check(const struct state *s, char **err)
{
	_cleanup_live_ struct live_ruleset l = live_none();

	return live_open(s, &l, err);
}

int live_parse(const struct live_ruleset *l, struct ruleset *out, char **err)
{
	struct diag d = { .io_error = 0 };
	int rc = ruleset_parse_nofiles("live ruleset", l->text, strlen(l->text), out, &d);

	if (rc) {
		_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

		if (d.errors.n)
			diag_render(&d.errors.v[0], &b);
		FAIL(err, rc,
		     "the live ruleset is not understood by this version: %s (fwctl list > FILE keeps its text; mend FILE, then "
		     "fwctl detach --all --purge, attach, and apply FILE)",
		     b.str ? b.str : "");
	}
	diag_free(&d);
	return rc;
}

int live_generation(const struct live_ruleset *l, generation_t *out)
{
	struct settings now;
	int rc = fw_settings_get(l->counts.fw_settings, &now);

	if (!rc)
		*out = now.ruleset.raw == l->info.id ? now.newest : (generation_t){ l->info.id };
	return rc;
}

/* Whether what it counts in is its own still. Told to the programs of the slot before the next one counts there. */
static int still_its_own(const struct live_ruleset *l)
{
	struct settings now;
	int rc;

	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* the counters were read before */
	rc = fw_settings_get(l->counts.fw_settings, &now);
	if (rc)
		return rc;
	return now.ruleset.raw == l->info.id ? 0 : -ESTALE;
}

int live_totals(const struct live_ruleset *l, struct counters *out)
{
	struct rule_action *actions = l->info.rules ? fw_actions_map(l->maps.fw_actions, l->info.rules) : NULL;
	int rc;

	if (l->info.rules && !actions)
		return -errno;
	rc = fw_counts_sums(l->counts.fw_counts, l->info.rules + RULE_SLOT_FIRST, out);
	for (int d = 0; d < DIRECTION_COUNT; d++) {
		out[d].packets += l->info.base[d].packets;
		out[d].bytes += l->info.base[d].bytes;
	}
	for (__u32 i = 0; i < l->info.rules; i++) {
		out[RULE_SLOT_FIRST + i].packets += actions[i].base_packets;
		out[RULE_SLOT_FIRST + i].bytes += actions[i].base_bytes;
	}
	fw_actions_unmap(actions, l->info.rules);
	return rc ?: still_its_own(l);
}

/* The live ruleset with its bases complete; as they are where nobody is about to complete them, or it takes too long. */
static int open_complete(const struct state *s, struct live_ruleset *out, char **err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	__u32 seen = 0; /* the one that was not complete */

	for (int tries = 0;; tries++) {
		_cleanup_live_ struct live_ruleset l = live_none();
		bool changing = instance_changing(&s->in);
		int rc = live_open(s, &l, err);

		if (rc)
			return rc;
		if (l.info.carried != 1 || (l.info.id == seen && !changing) || tries == WAIT_TRIES) {
			*out = take(&l);
			return 0;
		}
		seen = l.info.id;
		nanosleep(&pause, NULL);
	}
}

int live_open_counted(const struct state *s, struct live_ruleset *out, struct counters **totals, char **err)
{
	int rc = -ESTALE;

	for (int tries = 0; rc == -ESTALE && tries < STALE_TRIES; tries++) {
		_cleanup_live_ struct live_ruleset l = live_none();
		_cleanup_free_ struct counters *v = NULL;

		rc = open_complete(s, &l, err);
		if (rc)
			return rc;
		v = (struct counters *)xcalloc(l.info.rules + RULE_SLOT_FIRST, sizeof(*v));
		rc = live_totals(&l, v);
		if (!rc) {
			*out = take(&l);
			*totals = TAKE_PTR(v);
		}
	}
	if (rc == -ESTALE)
		return FAIL(err, rc,
			    "counters: the rules changed each of the %d times that they were read (try again when they change "
			    "less often)",
			    STALE_TRIES);
	return rc ? FAIL(err, rc, "counters: %s", strerror(-rc)) : 0;
}
