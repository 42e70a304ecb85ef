/* SPDX-License-Identifier: GPL-2.0 */
/* Counters that are read while rules change and packets are counted: none goes back, none is ahead of what was sent. */
#include "net_counts.h"
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include "scale.h"
#include "../ctl/sample.h"

struct shared {
	__u64 sent, applied;
	bool over;
};

/* A process that does it again and again until `over`; its exit status is 1 where a check failed. */
static pid_t again_and_again(struct bench *b, struct shared *sh, void (*what)(struct bench *b, struct shared *sh))
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a check may end the test before it says that it is over */
	alarm(120);
	while (!__atomic_load_n(&sh->over, __ATOMIC_ACQUIRE))
		what(b, sh);
	_exit(0);
}

static void apply_next(struct bench *b, struct shared *sh)
{
	_cleanup_free_ char *text = xasprintf(RULE "drop in proto tcp to port %llu\n", 1 + sh->applied % 60000);
	struct apply_result result;
	int rc = try_rules(b, text, &result);

	if (rc || result.counters_late) {
		fprintf(stderr, "apply: %s\n", b->err ? b->err : strerror(-rc));
		_exit(1);
	}
	__atomic_fetch_add(&sh->applied, 1, __ATOMIC_RELEASE);
}

/* So many that most of the time is spent on packets, not on beginning and ending a run. */
static void send_more(struct bench *b, struct shared *sh)
{
	unsigned int n = scaled(500000);

	__atomic_fetch_add(&sh->sent, n, __ATOMIC_RELEASE); /* before they are: an upper bound at any time */
	send_some(b, 53, n);
}

static __u64 read_rule(struct bench *b)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	_cleanup_free_ struct counters *v = NULL;

	if (live_open_counted(&b->s, &live, &v, &b->err))
		fail_msg("%s", b->err);
	return v[RULE_SLOT_FIRST].packets;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Looks again and again, for a while, with what was sent by then at most. */
static void while_rules_change(struct bench *b, void (*look)(struct bench *b, void *arg, const __u64 *sent), void *arg)
{
	struct shared *sh = (struct shared *)mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double end = seconds() + 0.1 * scaled(20);
	pid_t applying, sending;
	int status[2];

	assert_true(sh != MAP_FAILED);
	apply_text(b, RULE);
	applying = again_and_again(b, sh, apply_next);
	sending = again_and_again(b, sh, send_more);
	while (seconds() < end || (__atomic_load_n(&sh->applied, __ATOMIC_ACQUIRE) < 3 && seconds() < end + 60))
		look(b, arg, &sh->sent);
	__atomic_store_n(&sh->over, true, __ATOMIC_RELEASE);
	assert_int_equal(waitpid(applying, &status[0], 0), applying);
	assert_int_equal(waitpid(sending, &status[1], 0), sending);
	assert_true(status[0] == 0 && status[1] == 0);
	print_message("# %llu changes, %llu packets\n", sh->applied, sh->sent);
	assert_true(sh->applied >= 3 && sh->sent);
	look(b, arg, &sh->sent);
	assert_int_equal(read_rule(b), sh->sent);
	munmap(sh, sizeof(*sh));
}

static __u64 sent_by_now(const __u64 *sent) { return __atomic_load_n(sent, __ATOMIC_ACQUIRE); }

struct seen {
	__u64 last, back, beyond;
};

static void look_at_rule(struct bench *b, void *arg, const __u64 *sent)
{
	struct seen *seen = (struct seen *)arg;
	__u64 now = read_rule(b);

	seen->back += now < seen->last;
	seen->beyond += now > sent_by_now(sent);
	seen->last = now;
}

static void test_no_counter_goes_back(void **state)
{
	struct seen seen = { .last = 0 };

	while_rules_change((struct bench *)*state, look_at_rule, &seen);
	assert_int_equal(seen.back, 0);
	assert_int_equal(seen.beyond, 0);
}

struct watching {
	struct sampler *p;
	double packets; /* of the rule, by its rates */
};

static void look_at_top(struct bench *b, void *arg, const __u64 *sent)
{
	struct watching *w = (struct watching *)arg;
	struct sample sample;

	if (sampler_look(w->p, TOP_PACKETS, &sample, &b->err))
		fail_msg("%s", b->err);
	for (size_t i = 0; i < sample.nrules; i++) {
		if (sample.rules[i].number != 1)
			fail_msg("rule %u: %f packets a second", sample.rules[i].number, sample.rules[i].rate.packets);
		w->packets += sample.rules[i].rate.packets * sample.seconds;
	}
	if (w->packets > (double)sent_by_now(sent) + 1)
		fail_msg("%f packets, and %llu were sent", w->packets, sent_by_now(sent));
}

static void test_top_shows_no_spike(void **state)
{
	struct bench *b = (struct bench *)*state;
	struct watching w = { .p = NULL };
	const unsigned int sent = 100;
	const __u64 sent_then = sent;

	assert_int_equal(sampler_open(&b->s, &w.p, &b->err), 0);
	while_rules_change(b, look_at_top, &w);
	/* What the rule counts from its last look on, it shows. */
	w.packets = 0;
	send_some(b, 53, sent);
	look_at_top(b, &w, &sent_then);
	assert_true(w.packets > sent - 1);
	sampler_close(w.p);
}

/* --- what the ruleset before counted last --------------------------------------------------------- */

/* The live ruleset's default in, as if so many had been counted before it, and its bases were set so often. */
static void say_carried(const struct bench *b, __u32 carried, __u64 packets)
{
	_cleanup_live_ struct live_ruleset live = live_none();

	assert_int_equal(live_open(&b->s, &live, NULL), 0);
	live.info.carried = carried;
	live.info.base[DIRECTION_IN].packets = packets;
	assert_int_equal(fw_ruleset_put(live.maps.fw_ruleset, &live.info), 0);
}

static __u64 read_default(struct bench *b)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	_cleanup_free_ struct counters *v = NULL;

	assert_int_equal(live_open_counted(&b->s, &live, &v, &b->err), 0);
	return v[DIRECTION_IN].packets;
}

static void test_it_is_waited_for(void **state)
{
	struct bench *b = (struct bench *)*state;
	double start = seconds();
	pid_t child;
	int status;

	apply_text(b, RULE);
	say_carried(b, 1, 5);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		usleep(100000);
		say_carried(b, 2, 8);
		_exit(0);
	}
	assert_int_equal(read_default(b), 8);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* Not for ever, and not where no process is there that could add it. */
	say_carried(b, 1, 5);
	assert_int_equal(read_default(b), 5);
	assert_true(seconds() - start > 0.5);
	assert_int_equal(flock(b->s.in.lock_fd, LOCK_UN), 0);
	start = seconds();
	assert_int_equal(read_default(b), 5);
	assert_true(seconds() - start < 0.5);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		COUNTING_TEST(test_no_counter_goes_back),
		COUNTING_TEST(test_top_shows_no_spike),
		COUNTING_TEST(test_it_is_waited_for),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void) { return net_main(tests); }
