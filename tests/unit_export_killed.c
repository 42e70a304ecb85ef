/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A collector that is killed behind any one instruction: what it keeps in its maps (here memory shared with a process that is stepped
 * through and killed) is enough for the next one to tell nothing twice, and to count what it cannot tell.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "flow_sim.h"

enum { EVENTS_MAX = 4 };

/* What outlives a process: the maps, how far the ring buffer was read, and the file, which takes a batch line by line. */
struct world {
	struct export_state st;
	struct reported_bucket reported[SIM_BUCKETS];
	__u32 events_read;
	struct export_tally file;
	__u32 lines; /* of the batch at hand */
	__u32 n;
	__u64 packets[JOURNAL_MAX], bytes[JOURNAL_MAX];
};

struct fixture {
	struct sim s;
	struct collector c;
	struct sink sink;
	struct flow_event events[EVENTS_MAX];
	__u32 n;
};
static struct world *world;

static void file_add(struct sink *s, const struct flow_record *r, const struct flow_context *c)
{
	(void)s, (void)c;
	world->packets[world->n] = r->flow.packets[0] + r->flow.packets[1];
	world->bytes[world->n++] = r->flow.bytes[0] + r->flow.bytes[1];
}

/* A line is there or it is not; the two sums beside it are how this test reads the file, and move as one. */
static void file_flush(struct sink *s)
{
	struct export_state *st = s->env->st;

	while (world->lines < world->n)
		__atomic_store_n(&world->lines, world->lines + 1, __ATOMIC_SEQ_CST);
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->sent[SINK_JSON]);
}

static void file_tick(struct sink *s, __u64 now) { (void)s, (void)now; }
static void file_none(struct sink *s) { (void)s; }
static const struct sink_ops file_ops = { file_add, file_flush, file_tick, file_none, file_none, file_none };

/* As export.c and sink_json.c do. */
static void begin(struct fixture *f)
{
	struct export_state *st = f->s.st;
	__u32 pending, lines;

	sim_collector(&f->s, &f->c);
	f->sink = (struct sink){ SINK_JSON, &f->c.env, &file_ops };
	f->c.sinks[SINK_JSON] = &f->sink;
	journal_recover(st, world->reported);
	pending = journal_pending(st, SINK_JSON);
	lines = world->lines < pending ? world->lines : pending;
	journal_settle(st, SINK_JSON, lines, &st->sent[SINK_JSON]);
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	journal_clear(st);
}

/* The lines of the batch at hand are read, and the batch is over. */
static void read_lines(void)
{
	for (__u32 i = 0; i < world->lines; i++) {
		world->file.records++;
		world->file.packets += world->packets[i];
		world->file.bytes += world->bytes[i];
	}
	world->n = world->lines = 0;
}

/* What is stepped through: all events, as a ring buffer gives them, and a tick. */
static void work(struct fixture *f)
{
	while (world->events_read < f->n) {
		sweep_end(&f->c.sweep, &f->events[world->events_read]);
		__atomic_store_n(&world->events_read, world->events_read + 1, __ATOMIC_SEQ_CST);
	}
	(void)collect_tick(&f->c, f->s.now, f->s.now.raw * SIM_TICK_NS);
}

static void live_in(struct fixture *f, struct world *w)
{
	world = w;
	f->s.st = &w->st;
	f->s.reported = w->reported;
}

static void set_up(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	sim_init(&f->s, SIM_QUEUE);
	free(f->s.st);
	free(f->s.reported);
	world = (struct world *)mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(world != MAP_FAILED);
	live_in(f, world);
	begin(f);
}

static void tear_down(struct fixture *f)
{
	munmap(world, sizeof(*world));
	f->s.st = NULL;
	f->s.reported = NULL;
	sim_free(&f->s);
}

static void pass_time(struct fixture *f, unsigned int ms)
{
	for (unsigned int i = 0; i < ms / COLLECT_TICK_MS; i++) {
		f->s.now.raw += COLLECT_TICK_MS * 1000000 / SIM_TICK_NS;
		assert_int_equal(collect_tick(&f->c, f->s.now, f->s.now.raw * SIM_TICK_NS), 0);
		read_lines();
	}
}

/* The ends that wait in the queue are what is to be read. */
static void take_events(struct fixture *f)
{
	assert_true(f->s.queued <= EVENTS_MAX);
	memcpy(f->events, f->s.queue, f->s.queued * sizeof(f->events[0]));
	f->n = (__u32)f->s.queued;
	f->s.queued = 0;
}

/* --- what is going on when it is killed ------------------------------------------------------------ */

static void untold(struct fixture *f)
{
	sim_insert(&f->s, 3, PROTO_UDP, false);
	sim_packet(&f->s, 3, 1, 100);
	pass_time(f, 100);
	sim_insert(&f->s, 3, PROTO_UDP, false);
}

static void partly_told(struct fixture *f)
{
	sim_insert(&f->s, 3, PROTO_UDP, false);
	sim_flow(&f->s, 3)->state = FLOW_ESTABLISHED; /* whose timeout is a day */
	pass_time(f, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
	assert_int_equal(world->file.records, 1);
	sim_packet(&f->s, 3, 1, 100);
	sim_insert(&f->s, 3, PROTO_UDP, false);
}

/* The last end has nothing to tell, which is in no journal. */
static void told_last(struct fixture *f)
{
	sim_insert(&f->s, 3, PROTO_UDP, false);
	sim_flow(&f->s, 3)->state = FLOW_ESTABLISHED;
	pass_time(f, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
	sim_insert(&f->s, 9, PROTO_UDP, false);
	sim_insert(&f->s, 9, PROTO_UDP, false);
	sim_insert(&f->s, 3, PROTO_UDP, false);
}

/* No end: flows whose time has come. */
static void swept(struct fixture *f)
{
	sim_insert(&f->s, 3, PROTO_UDP, false);
	sim_insert(&f->s, 4, PROTO_TCP, false);
	f->s.now.raw += 2 * COLLECT_IDLE_S * f->c.sweep.second;
	f->c.sweep.at = 0;
}

/* --- killing it ------------------------------------------------------------------------------------ */

/* The next process, until all is told. */
static void go_on(struct fixture *f)
{
	begin(f);
	read_lines();
	work(f);
	read_lines();
	pass_time(f, 5000);
	collect_end(&f->c, f->s.now);
	read_lines();
}

static void assert_adds_up(const struct fixture *f, unsigned long steps)
{
	const struct export_state *st = f->s.st;

	if (world->file.packets + st->lost[SINK_JSON].packets != f->s.packets ||
	    world->file.bytes + st->lost[SINK_JSON].bytes != f->s.bytes || world->file.records != st->sent[SINK_JSON].records ||
	    world->file.packets != st->sent[SINK_JSON].packets || st->missed.packets)
		fail_msg("killed behind %lu instructions: %llu packets told, %llu counted as sent, %llu as lost; there were %llu",
			 steps, world->file.packets, st->sent[SINK_JSON].packets, st->lost[SINK_JSON].packets, f->s.packets);
}

/* What comes of it when the process dies now. */
static void check_killed(struct fixture *f, unsigned long steps)
{
	static struct world copy;
	struct world *shared = world;
	ticks_t now = f->s.now;

	copy = *shared;
	live_in(f, &copy);
	go_on(f);
	assert_adds_up(f, steps);
	live_in(f, shared);
	f->s.now = now;
}

/* A process that does the work, one instruction at a time. The number of those. */
static unsigned long step_through(struct fixture *f)
{
	static struct world before;
	unsigned long steps = 0;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(2);
		raise(SIGSTOP);
		work(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		fail_msg("no process to step through: ptrace(2) is not allowed here");
	for (; WIFSTOPPED(status); steps++) {
		if (!steps || memcmp(&before, world, sizeof(before)) != 0)
			check_killed(f, steps);
		before = *world;
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	check_killed(f, steps);
	return steps;
}

static void killed_anywhere(void (*situation)(struct fixture *f))
{
	static struct fixture f;

	set_up(&f);
	situation(&f);
	take_events(&f);
	assert_true(step_through(&f) > 500);
	tear_down(&f);
}

static void test_untold(void **state)
{
	(void)state;
	killed_anywhere(untold);
}
static void test_partly_told(void **state)
{
	(void)state;
	killed_anywhere(partly_told);
}
static void test_told_last(void **state)
{
	(void)state;
	killed_anywhere(told_last);
}
static void test_swept(void **state)
{
	(void)state;
	killed_anywhere(swept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_partly_told),
		cmocka_unit_test(test_told_last),
		cmocka_unit_test(test_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
