/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every packet of every capture through the kernel programs with no rules: none is refused, the kernel parses what the
 * native parser does, byte by byte, and each packet is either in a flow's count or has no flow. The captures are those of
 * pcaps/ and, where they are there, of $FWCTL_SHARED/pcaps (or ../shared/pcaps beside the tree).
 */
#include <sys/stat.h>
#include <time.h>
#include "build_packet.h"
#include "captures.h"
#include "net_replay.h"

/* What a directory of captures came to. */
struct totals {
	unsigned int files, unreadable, packets, flowless, status[STATUS_COUNT]; /* unreadable: not to the end */
	size_t flows;
};

struct judge {
	enum net_hook hook;
	struct replay *replay;
	struct totals *totals;
	uint64_t in_flows, packets; /* since the replay was opened */
};

static const char *hook_name(enum net_hook h) { return h == NET_XDP ? "XDP" : h == NET_TC_OUT ? "TC egress" : "TC ingress"; }

/* Without rules only fragments are stopped that could be put together to something else than was judged, and what follows those. */
static bool is_forged(const struct replay_result *r)
{
	enum reason reason = (enum reason)r->outcome.reason;

	if (r->packet.fragment == FRAGMENT_FIRST)
		return reason == REASON_FRAGMENT_OVERLAP || reason == REASON_FRAGMENT_TINY;
	if (r->packet.fragment == FRAGMENT_LATER)
		return reason == REASON_FRAGMENT_OVERLAP || (reason == REASON_FRAGMENT && r->outcome.cached);
	return false;
}

static void judge_packet(void *arg, const char *path, unsigned int number, uint64_t time_ns, const struct frame *f)
{
	struct judge *j = (struct judge *)arg;
	const struct replay_result *r = net_judge(j->replay, j->hook, time_ns, f);
	enum status status = (enum status)r->packet.status;
	enum verdict verdict = (enum verdict)r->outcome.verdict;
	struct packet native;

	parse_natively(f, 0, &native);
	if (memcmp(&native, &r->packet, sizeof(native)))
		fail_msg("%s: packet %u: %s parses it otherwise: %s, natively %s", path, number, hook_name(j->hook),
			 status_text(status), status_text((enum status)native.status));
	parse_quote_natively(f, 0, &native);
	if (memcmp(&native, &r->quote, sizeof(native)))
		fail_msg("%s: packet %u: %s parses what it quotes otherwise than natively", path, number, hook_name(j->hook));
	if (verdict != VERDICT_PASS && !is_forged(r))
		fail_msg("%s: packet %u: %s, %s", path, number, verdict_text(verdict),
			 reason_text((enum reason)r->outcome.reason));
	if (r->outcome.flow != NO_FLOW && status != STATUS_OK)
		fail_msg("%s: packet %u is %s and has a flow", path, number, status_text(status));
	j->in_flows += r->outcome.flow != NO_FLOW;
	j->packets++;
	j->totals->packets++;
	j->totals->flowless += r->outcome.flow == NO_FLOW;
	j->totals->status[status]++;
}

/* The flows' counts together, against the packets that were said to be in one. */
static void check_flows(struct judge *j, const char *what)
{
	const struct flow *flows = NULL;
	size_t n = replay_flows(j->replay, &flows);
	uint64_t packets = 0;

	for (size_t i = 0; i < n; i++)
		packets += flows[i].packets[0] + flows[i].packets[1];
	if (packets != j->in_flows)
		fail_msg("%s: %llu packets in %zu flows, %llu of %llu were said to be in one (%s)", what,
			 (unsigned long long)packets, n, (unsigned long long)j->in_flows, (unsigned long long)j->packets,
			 hook_name(j->hook));
	if (replay_losses(j->replay, LOSS_EVICTED) || replay_losses(j->replay, LOSS_TABLE_FULL) ||
	    replay_losses(j->replay, LOSS_CONTENDED))
		fail_msg("%s: flows were lost", what);
	j->totals->flows += n;
}

static const struct ruleset no_rules = { .options = { .flows = 262144 } }; /* so wide that no bucket fills */

static void open_judge(struct judge *j)
{
	j->replay = net_open(&no_rules, NULL, net_load(j->hook));
	j->in_flows = j->packets = 0;
}

/* Files in one replay share their flows; a new one is opened before the table is crowded. */
static void replay_in_turn(void *arg, const char *path)
{
	struct judge *j = (struct judge *)arg;

	if (j->packets > 5000) {
		check_flows(j, path);
		replay_close(TAKE_PTR(j->replay));
	}
	if (!j->replay)
		open_judge(j);
	j->totals->files++;
	j->totals->unreadable += !captures_file(path, judge_packet, j);
}

/* A whole tree of captures on one hook. */
static struct totals replay_tree(enum net_hook hook, const char *dir)
{
	struct totals t = { .files = 0 };
	struct judge j = { .hook = hook, .totals = &t };

	captures_files(dir, replay_in_turn, &j);
	if (j.replay)
		check_flows(&j, dir);
	replay_close(j.replay);
	return t;
}

static void check_tree(const char *dir, unsigned int files_min)
{
	struct totals first = { .files = 0 };

	for (int h = 0; h < NET_HOOKS; h++) {
		struct timespec a, b;
		struct totals t;

		clock_gettime(CLOCK_MONOTONIC, &a);
		t = replay_tree((enum net_hook)h, dir);
		clock_gettime(CLOCK_MONOTONIC, &b);
		print_message("%s: %u packets of %u files (%u unreadable): %u ok, %u nonip, %u malformed, %u truncated, "
			      "%u too-deep; %zu flows, %u packets without (%.1f s)\n",
			      hook_name((enum net_hook)h), t.packets, t.files, t.unreadable, t.status[STATUS_OK],
			      t.status[STATUS_NONIP], t.status[STATUS_MALFORMED], t.status[STATUS_TRUNCATED],
			      t.status[STATUS_TOO_DEEP], t.flows, t.flowless,
			      (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
		assert_true(t.files >= files_min && t.packets > t.files);
		if (h && (t.packets != first.packets || t.flows != first.flows || t.flowless != first.flowless))
			fail_msg("%s: another count than on XDP", hook_name((enum net_hook)h));
		first = t;
	}
}

static void test_own_captures(void **state)
{
	(void)state;
	check_tree(PCAPS_DIR, 30);
}

static void test_shared_captures(void **state)
{
	const char *shared = getenv("FWCTL_SHARED");
	_cleanup_free_ char *dir = shared ? xasprintf("%s/pcaps", shared) : xasprintf("%s/../../shared/pcaps", PCAPS_DIR);
	struct stat st;

	(void)state;
	if (stat(dir, &st))
		skip();
	check_tree(dir, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_captures),
		cmocka_unit_test(test_shared_captures),
	};
	int refused = net_refused("net_pcaps");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
