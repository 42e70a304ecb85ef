/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "collect.h"
#include "contract.h"
#include "export.h"
#include "fail.h"
#include "journal.h"
#include "netns.h"
#include "privileges.h"

#define LOCK_NAME "collector"
enum { RING_BYTES = 16 << 20 };

static volatile sig_atomic_t stop_asked, reopen_asked;

static void on_signal(int signal)
{
	if (signal == SIGHUP)
		reopen_asked = 1;
	else
		stop_asked = 1;
}

static void catch_signals(void)
{
	const int caught[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal };

	for (size_t i = 0; i < ARRAY_COUNT(caught); i++)
		sigaction(caught[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* --- the pinned maps ------------------------------------------------------------------------------ */

static int open_pin(const struct state *s, const char *name, int *fd)
{
	_cleanup_free_ char *path = instance_pin(&s->in, name);

	*fd = bpf_obj_get(path);
	return *fd < 0 && errno != ENOENT ? -errno : 0;
}

static int open_pins(const struct state *s, struct export_maps *m, char **err)
{
	for (size_t i = 0; i < export_group.n; i++) {
		int *fd = map_group_fd(&export_group, m, export_group.v[i].name);
		int rc = open_pin(s, export_group.v[i].name, fd);

		if (rc)
			return FAIL(err, rc, "%s/%s: %s", s->in.shown, export_group.v[i].name, strerror(-rc));
	}
	return 0;
}

static int pin_new(const struct state *s, const struct export_maps *m, const struct export_maps *old, char **err)
{
	for (size_t i = 0; i < export_group.n; i++) {
		const char *name = export_group.v[i].name;
		_cleanup_free_ char *path = instance_pin(&s->in, name);

		if (*map_group_fd(&export_group, (void *)old, name) < 0 &&
		    bpf_obj_pin(*map_group_fd(&export_group, (void *)m, name), path))
			return FAIL(err, -errno, "pin %s/%s: %s", s->in.shown, name, strerror(errno));
	}
	return 0;
}

/* The maps, made where they are not there yet. */
static int take_maps_of(const struct state *s, struct export_maps *m, char **err)
{
	struct export_maps old;
	int rc = open_pins(s, m, err);

	old = *m;
	if (!rc && (m->fw_reported.fd < 0 || m->fw_export.fd < 0))
		rc = export_maps_create(s->cfg.buckets, m, err);
	rc = rc ?: contract_check_group(&export_group, m, s->in.shown, err);
	return rc ?: pin_new(s, m, &old, err);
}

int export_counts(const struct state *s, struct export_state *out, char **err)
{
	_cleanup_(export_maps_close) struct export_maps m = export_maps_none();
	int rc = open_pin(s, "fw_export", &m.fw_export.fd);

	if (!rc && m.fw_export.fd < 0)
		return 0;
	if (!rc) {
		rc = contract_check("fw_export", m.fw_export.fd, s->in.shown, err);
		if (rc)
			return rc;
		rc = fw_export_get(m.fw_export, out);
	}
	return rc ? FAIL(err, rc, "%s/fw_export: %s", s->in.shown, strerror(-rc)) : 1;
}

/* --- setting up ----------------------------------------------------------------------------------- */

struct run {
	const struct state *s;
	const struct export_request *rq;
	struct export_maps maps;
	struct collector c;
	struct rulewatch rules;
	int lock;
};

static int take_lock(struct run *r, char **err)
{
	int fd;

	if (mkdirat(r->s->in.lock_fd, LOCK_NAME, 0700) && errno != EEXIST)
		return FAIL(err, -errno, "%s/" LOCK_NAME ": %s", r->s->in.shown, strerror(errno));
	fd = openat(r->s->in.lock_fd, LOCK_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return FAIL(err, -errno, "%s/" LOCK_NAME ": %s", r->s->in.shown, strerror(errno));
	r->lock = fd;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno == EWOULDBLOCK)
		return FAIL(err, -EBUSY,
			    "export: another collector runs on this network namespace already (end that one; one can have "
			    "several sinks)");
	return FAIL(err, -errno, "%s/" LOCK_NAME ": %s", r->s->in.shown, strerror(errno));
}

static int map_all(struct run *r, char **err)
{
	struct sweep *w = &r->c.sweep;
	int rc = flow_table_open(r->s, &w->table, err);

	if (rc)
		return rc;
	w->reported = fw_reported_map(r->maps.fw_reported, w->table.buckets);
	w->st = fw_export_map(r->maps.fw_export);
	r->c.ifaces = fw_ifaces_map(r->s->maps.fw_ifaces);
	r->c.clock = fw_clock_map(r->s->maps.fw_clock);
	if (!w->reported || !w->st || !r->c.ifaces || !r->c.clock)
		return FAIL(err, -errno, "flow table: %s", strerror(errno));
	return 0;
}

int export_listen(const struct instance_maps *m, struct export_state *st, ticks_t now, struct events **out, char **err)
{
	__u64 token;
	int rc = events_resume(m, 1u << EVENT_FLOW_END, st->token, out, err);

	if (rc != -ESTALE)
		return rc;
	rc = events_token(&token);
	if (rc)
		return FAIL(err, rc, "events: %s", strerror(-rc));
	/* Killed before the reader is there, the next one finds none, and all this is done again. */
	st->unseen_before = st->unseen;
	st->missed = (struct export_tally){ .records = 0 };
	st->since = now;
	st->last_end_valid = 0;
	__atomic_store_n(&st->token, token, __ATOMIC_RELEASE);
	return events_open_kept(m, 1u << EVENT_FLOW_END, RING_BYTES, READER_QUIET, token, out, err);
}

/* A killed collector had a sink that this one has not: what was on its way there is lost. */
static void settle_absent(struct export_state *st, enum sink_kind k)
{
	const struct export_tally queued = st->queued[k];

	if (st->sinks & 1u << k)
		journal_settle(st, k, journal_pending(st, k), &st->lost[k]);
	journal_move(st, &st->queued[k], &st->lost[k], &queued);
}

static int open_sinks(struct run *r, char **err)
{
	struct export_state *st = r->c.sweep.st;
	__u32 sinks = r->rq->ipfix && r->rq->ipfix->tcp ? SINKS_TCP : 0;
	int rc = 0;

	if (r->rq->json)
		rc = sink_json_open(&r->c.env, r->rq->json, &r->c.sinks[SINK_JSON], err);
	if (!rc && r->rq->ipfix)
		r->c.sinks[SINK_IPFIX] = sink_ipfix_open(&r->c.env, r->rq->ipfix);
	if (rc)
		return rc;
	for (int k = 0; k < SINK_COUNT; k++) {
		if (r->c.sinks[k])
			sinks |= 1u << k;
		else
			settle_absent(st, (enum sink_kind)k);
	}
	st->sinks = sinks;
	journal_clear(st);
	return 0;
}

static int set_up(struct run *r, char **err)
{
	struct collector *c = &r->c;
	int rc = take_lock(r, err);

	rc = rc ?: take_maps_of(r->s, &r->maps, err);
	rc = rc ?: map_all(r, err);
	if (rc)
		return rc;
	c->context.clock = c->sweep.table.clock;
	collect_init(c);
	c->env.say = r->rq->say;
	c->env.arg = r->rq->arg;
	c->env.domain = (__u32)r->s->in.cookie;
	c->sweep.second = ticks_of(&c->context.clock, 1000);
	c->sweep.idle = ticks_of(&c->context.clock, r->rq->idle_s * 1000ull);
	c->sweep.active = ticks_of(&c->context.clock, r->rq->active_s * 1000ull);
	journal_recover(c->sweep.st, c->sweep.reported);
	rc = rulewatch_start(r->s, r->lock, &r->rules, err);
	c->rules = &r->rules;
	if (!rc && r->rq->back >= 0)
		rc = netns_return(r->rq->back, err);
	/* Last what cannot be done twice: the ring buffer of a killed collector has ends that nobody else will tell of. */
	rc = rc ?: open_sinks(r, err);
	rc = rc ?: export_listen(&r->s->maps, c->sweep.st, clock_ticks_now(&c->context.clock), &c->events, err);
	return rc ?: privileges_keep(0, err);
}

/* `ended`: it has run, and told all there was. */
static void tear_down(struct run *r, bool ended)
{
	struct export_state *st = r->c.sweep.st;

	collect_close_sinks(&r->c);
	if (r->c.events && ended) {
		events_close(r->c.events);
		st->token = 0;
	} else {
		events_leave(r->c.events);
	}
	rulewatch_stop(&r->rules);
	fw_reported_unmap(r->c.sweep.reported, r->c.sweep.table.buckets);
	flow_table_close(&r->c.sweep.table);
	fw_ifaces_unmap((struct iface_slot *)r->c.ifaces);
	fw_clock_unmap(r->c.clock);
	fw_export_unmap(st);
	export_maps_close(&r->maps);
	cleanup_close_fn(&r->lock);
}

/* The inode of a pin of the instance, which another instance has not; 0: there is none. Without privileges no more can be known. */
static ino_t pin_of(const struct state *s)
{
	_cleanup_free_ char *pin = instance_pin(&s->in, "fw_instance");
	struct stat st;

	return !stat(pin, &st) ? st.st_ino : 0;
}

static int run_until_told(const struct state *s, struct collector *c, char **err)
{
	const struct timespec pause = { 0, COLLECT_TICK_MS * 1000000L };
	const ino_t pin = pin_of(s);
	__u64 look_at = 0;
	int rc = 0;

	while (!stop_asked && !c->env.stop && !rc) {
		__u64 now = clock_monotonic_ns();

		if (reopen_asked) {
			reopen_asked = 0;
			collect_reopen(c);
		}
		rc = collect_tick(c, clock_ticks_now(&c->context.clock), now);
		if (rc) {
			FAIL(err, rc, "export: events cannot be read any more: %s", strerror(-rc));
		} else if (now >= look_at) {
			look_at = now + 1000000000;
			if (pin_of(s) != pin)
				rc = FAIL(err, -ENOENT,
					  "export: fwctl has been detached with --purge here: there is nothing more to tell of");
		}
		nanosleep(&pause, NULL);
	}
	collect_end(c, clock_ticks_now(&c->context.clock));
	return rc;
}

int export_run(const struct state *s, const struct export_request *rq, char **err)
{
	struct run r = { .s = s, .rq = rq, .maps = export_maps_none(), .rules = { .fd = -1 }, .lock = -1 };
	int rc;

	catch_signals();
	rc = set_up(&r, err);
	if (rc) {
		tear_down(&r, false);
		return rc;
	}
	rc = run_until_told(s, &r.c, err);
	tear_down(&r, true);
	return rc;
}
