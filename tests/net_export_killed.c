/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A collector that is killed while it begins to listen (a process that is stepped through and killed, on an instance's maps): the next
 * one finds what it left, be it a token, a slot or a ring buffer, and there is one reader then, which misses nothing. (What comes later is
 * in unit_export_killed.c.)
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "build_packet.h"
#include "net_replay.h"
#include "../ctl/events.h"
#include "../ctl/export.h"

#define KINDS (1u << EVENT_FLOW_END)
enum { STALE_TOKEN = 1000, CHANGES_MAX = 64, KILLED_AT = 1, FOUND_AT = 2 };

struct world {
	struct ruleset rs;
	struct replay *r;
	const struct instance_maps *m;
	struct watch *watch;
	struct export_state *st; /* shared with the process that is killed */
	uint64_t now;
};

static void open_world(struct world *w)
{
	static const char rules[] = "option flows 1024\n";

	memset(w, 0, sizeof(*w));
	net_rules(rules, sizeof(rules) - 1, &w->rs);
	w->r = net_open(&w->rs, NULL, LOAD_XDP);
	w->m = replay_instance(w->r);
	w->watch = fw_watch_map(w->m->fw_watch);
	assert_non_null(w->watch);
	w->st = (struct export_state *)mmap(NULL, sizeof(*w->st), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w->st != MAP_FAILED);
	w->now = START_NS;
}

static void close_world(struct world *w)
{
	munmap(w->st, sizeof(*w->st));
	fw_watch_unmap(w->watch);
	replay_close(w->r);
	ruleset_free(&w->rs);
}

/* A flow ends: one event for who listens. */
static void end_a_flow(struct world *w)
{
	struct built b;

	build_packet("udp 10.0.0.1:1000 > 192.0.2.1:53", &b);
	net_judge(w->r, NET_XDP, w->now, &b.frame);
	w->now += 31000000000ull;
	net_judge(w->r, NET_XDP, w->now, &b.frame);
	w->now += 31000000000ull;
	build_packet("udp 192.0.2.1:53 > 10.0.0.1:1000", &b);
	net_judge(w->r, NET_XDP, w->now, &b.frame);
	w->now += 31000000000ull;
}
enum { EVENTS_OF_FIRST = 2, EVENTS_OF_NEXT = 3 }; /* the last flow of before ends as well */

static struct events *begin(struct world *w, __u64 now)
{
	_cleanup_free_ char *err = NULL;
	struct events *e = NULL;

	if (export_listen(w->m, w->st, (ticks_t){ now }, &e, &err))
		fail_msg("%s", err);
	return e;
}

static unsigned int slots(const struct world *w, __u64 *token)
{
	unsigned int n = 0;

	for (int i = 0; i < READERS_MAX; i++)
		if (w->watch->reader[i].token) {
			*token = w->watch->reader[i].token;
			n++;
		}
	return n;
}

static unsigned int rings(const struct world *w)
{
	unsigned int n = 0;

	for (__u32 i = 0; i < READERS_MAX; i++) {
		_cleanup_close_ int fd = fw_rings_ring(w->m->fw_rings, (reader_id_t){ i });

		n += fd >= 0;
	}
	return n;
}

static int count(void *arg, const union event_any *e)
{
	*(unsigned int *)arg += e->head.kind == EVENT_FLOW_END;
	return 0;
}

static unsigned int read_all(struct events *e)
{
	unsigned int n = 0;

	while (events_poll(e, 0, count, &n) > 0)
		;
	return n;
}

/* The next collector, which finds so many events: it is the one reader, and when it has ended there is none. */
static void expect_one_reader(struct world *w, unsigned int events, unsigned long steps)
{
	__u64 token = 0;
	struct events *e = begin(w, FOUND_AT);
	unsigned int n;

	if (slots(w, &token) != 1 || token != w->st->token || rings(w) != 1 || w->watch->wants != KINDS)
		fail_msg("killed behind %lu instructions: %u slots, %u ring buffers, wanted %x", steps, slots(w, &token),
			 rings(w), w->watch->wants);
	n = read_all(e);
	if (n != events || events_lost(e))
		fail_msg("killed behind %lu instructions: %u events, not %u", steps, n, events);
	end_a_flow(w);
	assert_in_range(read_all(e), EVENTS_OF_FIRST, EVENTS_OF_NEXT);
	assert_int_equal(w->st->unseen_before.records, 5);
	assert_int_equal(w->st->missed.records, 0);
	assert_int_equal(w->st->last_end_valid, 0);
	assert_in_range(w->st->since.raw, KILLED_AT, FOUND_AT);
	events_close(e);
	assert_int_equal(slots(w, &token) + rings(w) + w->watch->wants, 0);
}

/* What a collector of long ago has left in the state. */
static void nothing_to_resume(struct world *w)
{
	memset(w->st, 0, sizeof(*w->st));
	w->st->token = STALE_TOKEN;
	w->st->unseen.records = 5;
	w->st->missed.records = 7;
	w->st->last_end_valid = 1;
}

/* A collector was killed amid its work; a flow has ended since. */
static void a_reader_to_resume(struct world *w)
{
	nothing_to_resume(w);
	events_leave(begin(w, KILLED_AT));
	end_a_flow(w);
}

/* Where it is killed: so many instructions behind the change of that number; 0 is the beginning. */
struct point {
	size_t change;
	unsigned long behind;
};
struct steps {
	unsigned long n, at[CHANGES_MAX + 1]; /* at: behind which of them what is shared had changed; 0 first */
	size_t changes;
};

static bool changed(const struct world *w, struct watch *watch, struct export_state *st)
{
	bool any = memcmp(watch, w->watch, sizeof(*watch)) || memcmp(st, w->st, offsetof(struct export_state, journal));

	*watch = *w->watch;
	memcpy(st, w->st, offsetof(struct export_state, journal));
	return any;
}

static bool is_there(const struct steps *s, const struct point *p)
{
	return p && (s->changes > p->change || (s->changes == p->change && s->n - s->at[p->change] >= p->behind));
}

/*
 * A process that begins to listen, one instruction at a time, until it is killed; without a point it ends by itself, as if it were killed at
 * last. (How many instructions it takes hangs on the state of the heap.)
 */
static void step_through(struct world *w, const struct point *p, struct steps *out)
{
	static struct export_state st;
	struct watch watch;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		struct events *e;

		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(2);
		raise(SIGSTOP);
		_exit(export_listen(w->m, w->st, (ticks_t){ KILLED_AT }, &e, NULL) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		fail_msg("no process to step through: ptrace(2) is not allowed here");
	memset(out, 0, sizeof(*out));
	(void)changed(w, &watch, &st);
	while (WIFSTOPPED(status) && !is_there(out, p)) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		out->n++;
		if (changed(w, &watch, &st)) {
			assert_true(out->changes < CHANGES_MAX);
			out->at[++out->changes] = out->n;
		}
	}
	if (!p) {
		assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
		return;
	}
	assert_true(WIFSTOPPED(status)); /* not over yet */
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* What a killed collector can leave of a reader. */
enum { LEFT_NOTHING, LEFT_SLOT, LEFT_RING, LEFT_READER, LEFT_COUNT };

static int left(const struct world *w)
{
	__u64 token;

	if (!slots(w, &token))
		return LEFT_NOTHING;
	return !rings(w) ? LEFT_SLOT : w->watch->wants ? LEFT_READER : LEFT_RING;
}

/* Between any two changes of what outlives it: there the system calls are. */
static void test_begins(void **state)
{
	enum { POINTS = 8 };
	unsigned int seen[LEFT_COUNT] = { 0 };
	struct world w;
	struct steps all, done;

	(void)state;
	open_world(&w);
	nothing_to_resume(&w);
	expect_one_reader(&w, 0, 0); /* from now on the dynamic linker has nothing to do */
	nothing_to_resume(&w);
	step_through(&w, NULL, &all);
	expect_one_reader(&w, 0, all.n);
	for (size_t k = 0; k <= all.changes; k++) {
		unsigned long gap = k < all.changes ? all.at[k + 1] - all.at[k] : 1, by = gap > POINTS ? gap / POINTS : 1;

		for (unsigned long behind = 0; behind < gap; behind += by) {
			const struct point p = { k, behind };

			nothing_to_resume(&w);
			step_through(&w, &p, &done);
			seen[left(&w)]++;
			expect_one_reader(&w, 0, done.n);
		}
	}
	for (int i = 0; i < LEFT_COUNT; i++)
		assert_true(seen[i] > 0);
	close_world(&w);
}

static void test_resumes(void **state)
{
	enum { POINTS = 16 };
	struct world w;
	struct steps all, done;

	(void)state;
	open_world(&w);
	a_reader_to_resume(&w);
	expect_one_reader(&w, EVENTS_OF_FIRST, 0);
	a_reader_to_resume(&w);
	step_through(&w, NULL, &all);
	expect_one_reader(&w, EVENTS_OF_NEXT, all.n);
	for (unsigned long i = 0; i < POINTS; i++) {
		const struct point p = { 0, all.n * i / POINTS };

		a_reader_to_resume(&w);
		step_through(&w, &p, &done);
		expect_one_reader(&w, EVENTS_OF_NEXT, done.n);
	}
	close_world(&w);
}

/* Killed while it ends: no event comes any more, and the last ones are not read yet. */
static void test_ends(void **state)
{
	struct world w;
	struct events *e;

	(void)state;
	open_world(&w);
	nothing_to_resume(&w);
	e = begin(&w, KILLED_AT);
	end_a_flow(&w);
	events_stop(e);
	events_leave(e);
	expect_one_reader(&w, EVENTS_OF_FIRST, 0);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begins),
		cmocka_unit_test(test_resumes),
		cmocka_unit_test(test_ends),
	};
	int refused = net_refused("net_export_killed");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
